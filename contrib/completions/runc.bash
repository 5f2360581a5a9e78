# Made from the command line's own definition by make completions.
# shellcheck shell=bash disable=SC2207

_runc_ids() { runc "${roots[@]}" list --quiet 2>/dev/null; }

_runc() {
	local cur prev command="" flags="" words="" ids="" i
	local -a roots=()
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--root) roots=(--root "${COMP_WORDS[++i]}") ;;
		--log | --log-format | --cgroup-manager | --rootless) ((++i)) ;;
		-*) ;;
		*)
			command=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	case $command in
	"")
		flags="--debug --log --log-format --root --systemd-cgroup --cgroup-manager --rootless --version -v --help -h"
		words="checkpoint create delete doctor events exec features kill list pause ps restore resume run spec start state update help"
		case $prev in
		--log | --root)
			COMPREPLY=($(compgen -f -- "$cur"))
			return
			;;
		--log-format)
			COMPREPLY=($(compgen -W "text json" -- "$cur"))
			return
			;;
		--cgroup-manager)
			COMPREPLY=($(compgen -W "cgroupfs systemd disabled" -- "$cur"))
			return
			;;
		--rootless)
			COMPREPLY=($(compgen -W "auto true false" -- "$cur"))
			return
			;;
		esac
		;;
	checkpoint)
		flags="--image-path --work-path --tcp-established --ext-unix-sk --shell-job --lazy-pages --file-locks --manage-cgroups-mode --empty-ns --auto-dedup --parent-path --leave-running --tcp-skip-in-flight --link-remap --status-fd --page-server --pre-dump --help -h"
		ids=yes
		case $prev in
		--image-path | --work-path | --parent-path)
			COMPREPLY=($(compgen -f -- "$cur"))
			return
			;;
		--manage-cgroups-mode)
			COMPREPLY=($(compgen -W "soft full strict ignore" -- "$cur"))
			return
			;;
		esac
		;;
	create)
		flags="--bundle -b --console-socket --pidfd-socket --pid-file --no-pivot --no-new-keyring --preserve-fds --help -h"
		case $prev in
		--bundle | -b | --console-socket | --pidfd-socket | --pid-file)
			COMPREPLY=($(compgen -f -- "$cur"))
			return
			;;
		esac
		;;
	delete)
		flags="--force -f --help -h"
		ids=yes
		case $prev in
		esac
		;;
	doctor)
		flags="--bundle -b --format -f --no-pivot --help -h"
		case $prev in
		--bundle | -b)
			COMPREPLY=($(compgen -f -- "$cur"))
			return
			;;
		--format | -f)
			COMPREPLY=($(compgen -W "text json" -- "$cur"))
			return
			;;
		esac
		;;
	events)
		flags="--interval --stats --pressure --help -h"
		ids=yes
		case $prev in
		esac
		;;
	exec)
		flags="--console-socket --cwd --env -e --tty -t --user -u --additional-gids -g --process -p --detach -d --pid-file --process-label --apparmor --no-new-privs --cap -c --preserve-fds --pidfd-socket --cgroup --ignore-paused --help -h"
		ids=yes
		case $prev in
		--console-socket | --cwd | --process | -p | --pid-file | --pidfd-socket)
			COMPREPLY=($(compgen -f -- "$cur"))
			return
			;;
		esac
		;;
	features)
		flags="--help -h"
		case $prev in
		esac
		;;
	kill)
		flags="--help -h"
		ids=yes
		case $prev in
		esac
		;;
	list)
		flags="--format -f --quiet -q --help -h"
		case $prev in
		--format | -f)
			COMPREPLY=($(compgen -W "table json" -- "$cur"))
			return
			;;
		esac
		;;
	pause)
		flags="--help -h"
		ids=yes
		case $prev in
		esac
		;;
	ps)
		flags="--format -f --help -h"
		ids=yes
		case $prev in
		--format | -f)
			COMPREPLY=($(compgen -W "table json" -- "$cur"))
			return
			;;
		esac
		;;
	restore)
		flags="--image-path --work-path --tcp-established --ext-unix-sk --shell-job --lazy-pages --file-locks --manage-cgroups-mode --empty-ns --auto-dedup --bundle -b --console-socket --pid-file --detach -d --no-subreaper --no-pivot --lsm-profile --lsm-mount-context --help -h"
		case $prev in
		--image-path | --work-path | --bundle | -b | --console-socket | --pid-file)
			COMPREPLY=($(compgen -f -- "$cur"))
			return
			;;
		--manage-cgroups-mode)
			COMPREPLY=($(compgen -W "soft full strict ignore" -- "$cur"))
			return
			;;
		esac
		;;
	resume)
		flags="--help -h"
		ids=yes
		case $prev in
		esac
		;;
	run)
		flags="--bundle -b --console-socket --pidfd-socket --pid-file --no-pivot --no-new-keyring --preserve-fds --detach -d --keep --no-subreaper --help -h"
		case $prev in
		--bundle | -b | --console-socket | --pidfd-socket | --pid-file)
			COMPREPLY=($(compgen -f -- "$cur"))
			return
			;;
		esac
		;;
	spec)
		flags="--bundle -b --rootless --help -h"
		case $prev in
		--bundle | -b)
			COMPREPLY=($(compgen -f -- "$cur"))
			return
			;;
		esac
		;;
	start)
		flags="--help -h"
		ids=yes
		case $prev in
		esac
		;;
	state)
		flags="--help -h"
		ids=yes
		case $prev in
		esac
		;;
	update)
		flags="--resources -r --blkio-weight --cpu-period --cpu-quota --cpu-burst --cpu-share --cpu-rt-period --cpu-rt-runtime --cpuset-cpus --cpuset-mems --memory --cpu-idle --memory-reservation --memory-swap --pids-limit --l3-cache-schema --mem-bw-schema --help -h"
		ids=yes
		case $prev in
		--resources | -r)
			COMPREPLY=($(compgen -f -- "$cur"))
			return
			;;
		esac
		;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
	*)
		[ -z "$ids" ] || words=$(_runc_ids)
		COMPREPLY=($(compgen -W "$words" -- "$cur"))
		;;
	esac
}

complete -F _runc runc
