# bash completion for covcalc. SPDX-License-Identifier: MIT

# The file after NAME=, then the options $1 behind commas, as one word of the command line.
_covcalc_source()
{
    local before= head=${cur%%,*}
    [[ $head == *=* ]] && before=${head%%=*}=
    if [[ ${cur#"$before"} == *,* ]]; then
        local last=${cur##*,}
        before=${cur%"$last"}
        cur=$last
        if [[ $cur != except=* ]]; then
            local IFS=$'\n'
            COMPREPLY=($(compgen -P "$before" -W "${1// /$IFS}" -- "$cur"))
            compopt -o nospace
            return
        fi
        before+=except=
        cur=${cur#except=}
    else
        cur=${cur#"$before"}
    fi
    _filedir
    COMPREPLY=("${COMPREPLY[@]/#/$before}")
}

_covcalc()
{
    local cur prev words cword
    _init_completion -n '=:,' || return

    case $prev in
        -f | --format)
            # the blank of the Shapefile driver's name needs its quotes
            local IFS=$'\n'
            COMPREPLY=($(compgen -W $'GeoJSON\nGeoJSONSeq\nGPKG\nFlatGeobuf\n\\"ESRI Shapefile\\"\nCSV\npart' -- "$cur"))
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
        --allow-driver | --household-id | --id | --indicator | --name | --parent | --target | \
            --threads | --tiers | --weight)
            return
            ;;
        --fiber | --mobile | --service)
            _covcalc_source 'layer= where= split= within= except= min= indoor= sigma= probability= bilinear key= if='
            return
            ;;
        --base)
            _covcalc_source 'layer= where= weight='
            [[ -n $cur && area == "$cur"* ]] && COMPREPLY+=(area)
            return
            ;;
        --ratio)
            _covcalc_source 'layer= where= key= n= of= per='
            return
            ;;
        --project)
            _filedir '@(yaml|yml)'
            return
            ;;
        --tally)
            _filedir cov
            return
            ;;
    esac

    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--allow-driver --allow-network --assume-crs --base --dry-run
            --fiber --format --help --household-id --id --indicator --invalid --layer --mobile
            --name --output --overwrite --parent --project --quiet --ratio --service --tally
            --target --threads --tiers --verbose --version --weight
            -f -h -o -q -v' -- "$cur"))
        return
    fi
    _filedir
} && complete -F _covcalc covcalc
