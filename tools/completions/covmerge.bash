# bash completion for covmerge. SPDX-License-Identifier: MIT

_covmerge()
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
        -o | --output)
            _filedir
            return
            ;;
        --indicator | --target | --threads | --tiers)
            return
            ;;
    esac

    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--format --help --indicator --output --overwrite --quiet --target
            --threads --tiers --verbose --version
            -f -h -o -q -v' -- "$cur"))
        return
    fi
    _filedir cov
} && complete -F _covmerge covmerge
