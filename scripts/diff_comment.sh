#!/usr/bin/env bash
# What a pull request changes of a contract: annotations on its lines, the job's summary, and one comment kept up to date.
# For action.yml. Reads CONTRACT, BASE, and for the comment COMMENT=true, REPOSITORY, PULL_REQUEST and GH_TOKEN (gh's).
set -euo pipefail

marker="<!-- handfast diff: $CONTRACT -->"
report=$(mktemp)
trap 'rm -f "$report"' EXIT

if ! git cat-file -e "$BASE^{commit}" 2>/dev/null; then
  git fetch --quiet --depth=1 origin "$BASE"
fi
if ! git cat-file -e "$BASE:$CONTRACT" 2>/dev/null; then
  echo "$CONTRACT is new: there is nothing to compare it with"
  exit 0
fi

outcome=0
handfast diff "$BASE:$CONTRACT" "$CONTRACT" --format github || outcome=$?
{ echo "$marker"; handfast diff "$BASE:$CONTRACT" "$CONTRACT" --format markdown || true; } >"$report"
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || cat "$report" >>"$GITHUB_STEP_SUMMARY"

if [ "${COMMENT:-}" = true ] && [ -n "${PULL_REQUEST:-}" ]; then
  comments="repos/$REPOSITORY/issues/$PULL_REQUEST/comments"
  found=$(gh api "$comments" --paginate --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | head -n 1)
  if [ -n "$found" ]; then
    gh api --silent --method PATCH "repos/$REPOSITORY/issues/comments/$found" --field "body=@$report"
  else
    gh api --silent --method POST "$comments" --field "body=@$report"
  fi
fi
exit "$outcome"
