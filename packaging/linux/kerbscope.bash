# Completes kerbscope in bash: subcommands first, then their options, values, and files.

_kerbscope() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
    local everywhere="--identity --map --no-cache --help --version" options values=
    case $command in
        report) options="--format --for-domain-administrator --out" ;;
        try) options="--fix" ;;
        events)
            options="--user --client --service --event --code --since --until --filter --failed --summary --record --format --out"
            ;;
    esac
    case $before in
        --format)
            if [ "$command" = events ]; then values="table csv ndjson"; else values="text json html markdown"; fi
            ;;
        --fix | --user | --client | --service | --event | --code | --since | --until | --filter | --record) return ;;
        explain) values=$(kerbscope rules 2> /dev/null | cut -d ' ' -f 1) ;;
    esac
    if [ -n "$values" ]; then
        mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
    elif [ "${word:0:1}" = - ]; then
        mapfile -t COMPREPLY < <(compgen -W "$options $everywhere" -- "$word")
    elif [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "report try compare events rules explain" -- "$word"; compgen -f -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    fi
}

complete -o filenames -F _kerbscope kerbscope
