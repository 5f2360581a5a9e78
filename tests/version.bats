#!/usr/bin/env bats
# runc --version, which Docker and Podman parse.

load helpers

@test "version: a line each for version, commit, spec, go, libseccomp" {
	run runc --version
	assert_ok
	[[ ${lines[0]} =~ ^"runc version "[0-9]+\.[0-9]+\.[0-9]+ ]]
	[[ $output == *$'\ncommit: '* ]]
	[[ $output =~ $'\n'"spec: 1."[0-9]+\.[0-9]+ ]]
	[[ $output =~ $'\n'"go: go1."[0-9]+ ]]
	[[ $output =~ $'\n'"libseccomp: "[0-9]+\.[0-9]+\.[0-9]+ ]]
}

@test "version: -v and -version are the same" {
	local want
	want=$(runc --version)
	assert_equal "$(runc -v)" "$want"
	assert_equal "$(runc -version)" "$want"
}

@test "version: needs no state root and makes none" {
	runc --version
	[ ! -e "$STATE" ]
}

@test "version: the binary is static" {
	only_ours
	run ldd "$RUNC"
	assert_has "not a dynamic executable"
}
