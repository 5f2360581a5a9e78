#!/usr/bin/env bats
# Every mistake in testdata/badconfigs.jsonl gets exit status 1 and one line
# that says what is wanted there, and leaves nothing. A line of the table holds a
# name, a jq filter that spoils the spec's own config.json, and the words to see.

load helpers

table() { echo "$REPO/tests/testdata/badconfigs.jsonl"; }

# spoil_each SELECT tries each line of the table that a jq condition selects.
spoil_each() {
	local name patch want bad=0 tried=0
	runc spec --bundle "$W"
	# spec adds a cgroup namespace on cgroup version 2 only; the table counts on it.
	jq '.process.terminal = false | .process.args = ["true"]
		| .linux.namespaces |= map(select(.type != "cgroup")) + [{"type": "cgroup"}]' "$W/config.json" >"$W/good"
	while IFS=$'\t' read -r name patch want; do
		tried=$((tried + 1))
		jq "$(base64 -d <<<"$patch")" "$W/good" >"$BUNDLE/config.json"
		run_container
		if ! (assert_fails "$(base64 -d <<<"$want")" && nothing_left); then
			echo "^^^ $name"
			bad=$((bad + 1))
		fi
	done < <(jq -r "select($1) | [.name, (.patch | @base64), (.want | @base64)] | @tsv" "$(table)")
	[ "$tried" -gt 0 ] || fail "no such line in $(table)"
	[ "$bad" -eq 0 ] || fail "$bad of $tried are wrong"
}

# nothing_left is a quick look; end_test looks at processes and mounts as well.
nothing_left() {
	[ -z "$(ls -A "$STATE" 2>/dev/null)" ] || fail "state left: $(ls -A "$STATE")"
	[ -z "$(test_cgroups)" ] || fail "cgroups left: $(test_cgroups)"
}

setup() {
	only_ours "messages of our own"
	begin_test
}

teardown() {
	[ -z "${W:-}" ] || end_test
}

@test "bad config: the table holds at least 40 mistakes, each name once" {
	[ "$(wc -l <"$(table)")" -ge 40 ]
	assert_equal "$(jq -r .name "$(table)" | sort | uniq -d)" ""
}

@test "bad config: process" { spoil_each '.want | startswith("process")'; }

@test "bad config: mounts" { spoil_each '.want | startswith("mounts")'; }

@test "bad config: linux.namespaces and maps" { spoil_each '.want | test("^linux.(namespaces|uidMappings|gidMappings|timeOffsets)")'; }

@test "bad config: the rest of linux" {
	spoil_each '.want | startswith("linux") and (test("^linux.(namespaces|uidMappings|gidMappings|timeOffsets)") | not)'
}

@test "bad config: everything else" { spoil_each '.want | test("^(process|mounts|linux)") | not'; }
