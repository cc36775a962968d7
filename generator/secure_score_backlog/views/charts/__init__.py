# SPDX-License-Identifier: Apache-2.0
"""Charts as inline SVG from a few templates of our own.

Text keeps its size on every screen: an outer SVG without a viewBox holds text, placed in percent of the width,
and an inner one is stretched and holds only lines. All colour comes from the style sheet (light, dark, print); no
state is told by colour alone. Each chart is a figure with a caption in words and its table behind it.
"""
