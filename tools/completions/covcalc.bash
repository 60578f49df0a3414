# bash completion for covcalc. SPDX-License-Identifier: MIT

_covcalc()
{
    local cur prev words cword
    _init_completion -n '=:,' || return

    case $prev in
        -f | --format)
            # the blank of the Shapefile driver's name needs its quotes
            local IFS=$'\n'
            COMPREPLY=($(compgen -W $'GeoJSON\nGeoJSONSeq\nGPKG\nFlatGeobuf\n\\"ESRI Shapefile\\"\nCSV' -- "$cur"))
            return
            ;;
        --invalid)
            COMPREPLY=($(compgen -W 'error fix skip' -- "$cur"))
            return
            ;;
        --layer)
            COMPREPLY=($(compgen -W 'areas= households=' -- "$cur"))
            compopt -o nospace
            return
            ;;
        --assume-crs)
            COMPREPLY=($(compgen -W 'EPSG:' -- "$cur"))
            compopt -o nospace
            return
            ;;
        --allow-driver | --id | --indicator | --name | --parent | --threads | --weight)
            return
            ;;
        --fiber | --mobile | --service)
            # the file after [OPERATOR=] or NAME=
            local before=
            [[ $cur == *=* ]] && before=${cur%%=*}=
            cur=${cur#"$before"}
            _filedir
            COMPREPLY=("${COMPREPLY[@]/#/$before}")
            return
            ;;
    esac

    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--allow-driver --allow-network --assume-crs --fiber --format
            --help --id --indicator --invalid --layer --mobile --name --output --overwrite
            --parent --quiet --service --threads --verbose --version --weight
            -f -h -o -q -v' -- "$cur"))
        return
    fi
    _filedir
} && complete -F _covcalc covcalc
