# SPDX-License-Identifier: Apache-2.0
"""What readers take away: register and board as tables, a calendar, a feed, and all facts as JSON.

Every file is a pure function of the backlog: text from people and from Microsoft is hostile here too, because
spreadsheets run formulas, calendars read line by line, and XML knows characters that it does not allow.
"""
