# Once a day: collects what Microsoft measured, commits it, and builds the site. What fails ends it with an exit code
# that is not 0. With `doctor` behind its name it runs this command of `backlog` instead, signed in like this script.
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
# The account of backlog.yml (snapshots.bot), by which `backlog audit` knows these commits.
$env:GIT_AUTHOR_NAME = '<< BOT.name >>'
$env:GIT_AUTHOR_EMAIL = '<< BOT.mail >>'
$env:GIT_COMMITTER_NAME = $env:GIT_AUTHOR_NAME
$env:GIT_COMMITTER_EMAIL = $env:GIT_AUTHOR_EMAIL

if ($args) {
    backlog @args
    exit $LASTEXITCODE
}
backlog collect
if ($LASTEXITCODE) { exit $LASTEXITCODE }
# Where there is a remote repository, `backlog publish --git origin` takes the place of the lines with git.
git add snapshots
if ($LASTEXITCODE) { exit $LASTEXITCODE }
git diff --cached --quiet ./snapshots
if ($LASTEXITCODE) { git commit --quiet -m 'Add snapshots' ./snapshots }
if ($LASTEXITCODE) { exit $LASTEXITCODE }
# For others to read it: backlog build --output \\server\share\secure-score
backlog build
exit $LASTEXITCODE
