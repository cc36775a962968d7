# Once a day: collects what Microsoft measured, commits it, and builds the site. It says nothing where all is well; what
# fails ends it with an exit code that is not 0. With `doctor`, or any other command of `backlog`, behind its name it
# runs that instead, signed in like this script.
$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '..')
<% if choices.in_copy %>
$env:PATH = "$PWD\.venv\Scripts;$env:PATH"
<% endif %>

# As Entra shows them with the app; they are not secrets.
$env:AZURE_TENANT_ID = '<< choices.tenant or "TENANT_ID" >>'
$env:AZURE_CLIENT_ID = 'CLIENT_ID'
# Private key and certificate in one file, outside of this repository.
$env:AZURE_CLIENT_CERTIFICATE_PATH = "$HOME\app.pem"
# The address of a chat's webhook, for `remind --to teams` or `slack`: a secret, so in a file outside, too.
if (Test-Path "$HOME\webhook.txt") { $env:BACKLOG_WEBHOOK_URL = Get-Content "$HOME\webhook.txt" -TotalCount 1 }
# The account of backlog.yml (snapshots.bot), by which `backlog audit` knows these commits.
$env:GIT_AUTHOR_NAME = '<< BOT.name >>'
$env:GIT_AUTHOR_EMAIL = '<< BOT.mail >>'
$env:GIT_COMMITTER_NAME = $env:GIT_AUTHOR_NAME
$env:GIT_COMMITTER_EMAIL = $env:GIT_AUTHOR_EMAIL

if ($args) {
    backlog @args
    exit $LASTEXITCODE
}

# Where this backlog was pushed to `origin`, colleagues push there, too: what they did is brought before and after.
$shared = git log -1 --format=%h --remotes=origin -- .backlog-init.json
if ($LASTEXITCODE) { exit $LASTEXITCODE }
if ($shared) { cmd /c 'backlog publish --git origin >nul 2>&1' } # what fails, the second one says
backlog collect --quiet
if ($LASTEXITCODE) { exit $LASTEXITCODE }
if ($shared) {
    backlog publish --quiet --git origin
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
} else {
    git add snapshots
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
    git diff --cached --quiet ./snapshots
    if ($LASTEXITCODE) { git commit --quiet -m 'Add snapshots' ./snapshots }
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
}
# The site shows what is committed, and nothing that somebody is editing here: it is built from a copy in build\.
git worktree prune
if (!(Test-Path build\committed\.git)) { git worktree add --quiet --detach build/committed }
if ($LASTEXITCODE) { exit $LASTEXITCODE }
git -C build/committed checkout --quiet --force --detach "$(git rev-parse HEAD)"
if ($LASTEXITCODE) { exit $LASTEXITCODE }
# For others to read it: --output \\server\share\secure-score
backlog build --quiet --root "build/committed/$(git rev-parse --show-prefix)" --output build/site
if ($LASTEXITCODE) { exit $LASTEXITCODE }
# What shall follow each day, such as a deployment, goes here.
exit $LASTEXITCODE
