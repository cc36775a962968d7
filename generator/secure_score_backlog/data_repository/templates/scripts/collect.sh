#!/bin/sh
# Once a day: collects what Microsoft measured, commits it, and builds the site. What fails ends it with an exit code
# that is not 0. `sh scripts/collect.sh doctor` runs another command of `backlog` instead, signed in like this script.
set -eu
cd "$(dirname "$0")/.."
<% if choices.in_copy %>
export PATH="$PWD/.venv/bin:$HOME/.local/bin:$PATH" # where make or pipx put `backlog`
<% else %>
export PATH="$HOME/.local/bin:$PATH" # where pipx and uv put `backlog`
<% endif %>

# As Entra shows them with the app; they are not secrets.
export AZURE_TENANT_ID=<< choices.tenant or "TENANT_ID" >>
export AZURE_CLIENT_ID=CLIENT_ID
# Private key and certificate in one file, outside of this repository.
export AZURE_CLIENT_CERTIFICATE_PATH="$HOME/app.pem"
# The account of backlog.yml (snapshots.bot), by which `backlog audit` knows these commits.
export GIT_AUTHOR_NAME='<< BOT.name >>' GIT_AUTHOR_EMAIL='<< BOT.mail >>'
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"

if [ $# -gt 0 ]; then exec backlog "$@"; fi
backlog collect
# Where there is a remote repository, `backlog publish --git origin` takes the place of these two lines.
git add snapshots
git diff --cached --quiet ./snapshots || git commit --quiet -m 'Add snapshots' ./snapshots
# For others to read it: backlog build --output /path/of/the/share/secure-score
backlog build
