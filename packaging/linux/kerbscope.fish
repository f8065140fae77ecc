# Completes kerbscope in fish.

set -l commands report try compare events rules explain
set -l first "not __fish_seen_subcommand_from $commands"
complete -c kerbscope -n $first -a report -d "print the diagnosis"
complete -c kerbscope -n $first -a try -d "tell what a fix would change"
complete -c kerbscope -n $first -a compare -d "tell what a change has changed"
complete -c kerbscope -n $first -a events -d "list what event logs say about signing in"
complete -c kerbscope -n $first -a rules -d "list the checks"
complete -c kerbscope -n $first -a explain -d "tell what a rule or a code stands for"
complete -c kerbscope -n "__fish_seen_subcommand_from explain" -f -a "(kerbscope rules 2>/dev/null | cut -d ' ' -f 1)"

complete -c kerbscope -l identity -r -d "a file with the secret half of a key"
complete -c kerbscope -l map -r -d "the map of tokens that the collector wrote"
complete -c kerbscope -l no-cache -d "read event logs anew, and keep nothing of them"
complete -c kerbscope -s h -l help -d "show the help"
complete -c kerbscope -s V -l version -d "show the version"

set -l report "__fish_seen_subcommand_from report"
complete -c kerbscope -n $report -l format -x -a "text json html markdown" -d "what the report looks like"
complete -c kerbscope -n $report -l for-domain-administrator -d "only what needs rights in Active Directory"
complete -c kerbscope -n $report -l out -r -d "write it to a file"

complete -c kerbscope -n "__fish_seen_subcommand_from try" -l fix -x -d "what to try"

set -l events "__fish_seen_subcommand_from events"
complete -c kerbscope -n $events -l user -x -d "only where the user holds this"
complete -c kerbscope -n $events -l client -x -d "only where the client holds this"
complete -c kerbscope -n $events -l service -x -d "only where the service holds this"
complete -c kerbscope -n $events -l event -x -d "only events with this id"
complete -c kerbscope -n $events -l code -x -d "only with this status"
complete -c kerbscope -n $events -l since -x -d "only from then on, UTC"
complete -c kerbscope -n $events -l until -x -d "only until then, UTC"
complete -c kerbscope -n $events -l filter -x -d "only what these words hold"
complete -c kerbscope -n $events -l failed -d "nothing that went well"
complete -c kerbscope -n $events -l summary -d "what the logs tell together"
complete -c kerbscope -n $events -l record -x -d "a record whole, as XML"
complete -c kerbscope -n $events -l format -x -a "table csv ndjson" -d "what the list looks like"
complete -c kerbscope -n $events -l out -r -d "write it to a file"
