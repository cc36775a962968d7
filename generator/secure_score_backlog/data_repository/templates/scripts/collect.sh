#!/bin/sh
# Once a day: collects what Microsoft measured, commits it, and builds the site. It says nothing where all is well; what
# fails ends it with an exit code that is not 0. `sh scripts/collect.sh doctor`, and any other command of `backlog` in
# its place, runs that instead, signed in like this script.
set -eu
cd "$(dirname "$0")/.."
<% if choices.in_copy %>
export PATH="$PWD/.venv/bin:$HOME/.local/bin:/usr/local/bin:$PATH" # where make, pipx or pip put `backlog`
<% else %>
export PATH="$HOME/.local/bin:/usr/local/bin:$PATH" # where pipx, uv and pip put `backlog`
<% endif %>

# As Entra shows them with the app; they are not secrets.
export AZURE_TENANT_ID=<< choices.tenant or "TENANT_ID" >>
export AZURE_CLIENT_ID=CLIENT_ID
# Private key and certificate in one file, outside of this repository.
export AZURE_CLIENT_CERTIFICATE_PATH="$HOME/app.pem"
# The address of a chat's webhook, for `remind --to teams` or `slack`: a secret, so in a file outside, too.
if [ -f "$HOME/webhook.txt" ]; then BACKLOG_WEBHOOK_URL=$(cat "$HOME/webhook.txt") && export BACKLOG_WEBHOOK_URL; fi
# The account of backlog.yml (snapshots.bot), by which `backlog audit` knows these commits.
export GIT_AUTHOR_NAME='<< BOT.name >>' GIT_AUTHOR_EMAIL='<< BOT.mail >>'
export GIT_COMMITTER_NAME="$GIT_AUTHOR_NAME" GIT_COMMITTER_EMAIL="$GIT_AUTHOR_EMAIL"

if [ $# -gt 0 ]; then exec backlog "$@"; fi

# Where this backlog was pushed to `origin`, colleagues push there, too: what they did is brought before and after.
shared=$(git log -1 --format=%h --remotes=origin -- .backlog-init.json)
if [ -n "$shared" ]; then backlog publish --git origin >/dev/null 2>&1 || true; fi # what fails, the second one says
backlog collect --quiet
if [ -n "$shared" ]; then
    backlog publish --quiet --git origin
else
    git add snapshots
    git diff --cached --quiet ./snapshots || git commit --quiet -m 'Add snapshots' ./snapshots
fi
# The site shows what is committed, and nothing that somebody is editing here: it is built from a copy in build/.
git worktree prune
[ -e build/committed/.git ] || git worktree add --quiet --detach build/committed
git -C build/committed checkout --quiet --force --detach "$(git rev-parse HEAD)"
# For others to read it: --output /path/of/the/share/secure-score
backlog build --quiet --root "build/committed/$(git rev-parse --show-prefix)" --output build/site
# What shall follow each day, such as a deployment, goes here.
