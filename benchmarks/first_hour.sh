#!/usr/bin/env bash
# The first hour of a new user, from an empty folder: a folder of mixed pictures (broken, WebP, CMYK, palette,
# transparent and rotated ones among them) is trained on, stopped and continued, sampled, evaluated, exported, edited
# and restored, without network. Every command must end with the status that is expected, and must print nothing that
# does not come from kgan. What each printed, and how long it took, is kept in OUT/logs and OUT/steps.tsv.
#
#     benchmarks/first_hour.sh [OUT] [--source FOLDER] [--num NUM] [--image-size PIXELS] [--updates UPDATES]
#
# Without --source the pictures are drawn by the script; with it they are made of the pictures in FOLDER.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out="" source="" num=240 size=32 updates=1500
while [ $# -gt 0 ]; do
    case $1 in
        --source) source=$(cd "$2" && pwd) || exit 2; shift 2 ;;
        --num) num=$2; shift 2 ;;
        --image-size) size=$2; shift 2 ;;
        --updates) updates=$2; shift 2 ;;
        -*) echo "Unknown option $1" >&2; exit 2 ;;
        *) out=$1; shift ;;
    esac
done
out=${out:-$(mktemp -d)}
mkdir -p "$out/logs"
cd "$out" || exit 2
if [ -n "$(ls -A . | grep -v '^logs$')" ]; then echo "$out is not empty" >&2; exit 2; fi

# No network: whatever asks for it must fail at once, and kgan must have another way.
export http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 no_proxy="" COLUMNS=100
unset TFDS_DATA_DIR TF_CPP_MIN_LOG_LEVEL

# What only libraries print, and what only Python programmers understand.
foreign='tensorflow/|[Cc]uda|cudart|CUDA error|absl|oneDNN custom|grappler|remapper|XLA|PjRt|^[EWI][0-9]{4} |WARNING|'
foreign+='Traceback|site-packages|\.py:[0-9]|skip_unreadable|`[a-z_]+=|\b[a-z_]+=(True|False|None)'
steps=0 failures=0
printf 'step\texpected\tstatus\tseconds\n' > steps.tsv

check() { # NAME EXPECTED STATUS SECONDS LOG
    local verdict=""
    printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >> steps.tsv
    [[ " $2 " == *" $3 "* ]] || verdict+=" exit status $3 instead of $2;"
    if grep -nE "$foreign" "$5" > foreign.txt; then
        verdict+=" printed what is not kgan's: $(head -n 1 foreign.txt);"
    fi
    rm -f foreign.txt
    if [ -n "$verdict" ]; then
        failures=$((failures + 1))
        printf 'FAILED  %-28s%s\n' "$1" "$verdict"
        tail -n 15 "$5" | sed 's/^/        | /'
    else
        printf 'ok      %-28s %4d s\n' "$1" "$4"
    fi
}

step() { # NAME "EXPECTED STATUSES" COMMAND...
    local name=$1 expected=$2 began=$SECONDS status log
    shift 2
    steps=$((steps + 1))
    log=$(printf 'logs/%02d-%s.txt' "$steps" "$name")
    printf '$ %s\n' "$*" > "$log"
    "$@" >> "$log" 2>&1
    status=$?
    check "$name" "$expected" "$status" "$((SECONDS - began))" "$log"
}

stopped() { # FILE COMMAND...: run, and press Ctrl-C when FILE is there, which the run writes
    local file=$1 process
    shift
    # A background process of a script ignores SIGINT: Python restores it.
    python -c 'import os, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)
os.execvp(sys.argv[1], sys.argv[1:])' "$@" &
    process=$!
    while [ ! -e "$file" ] && kill -0 "$process" 2> /dev/null; do sleep 0.2; done
    kill -INT "$process"
    wait "$process"
}

need() { # FILE...
    local file
    for file in "$@"; do
        [ -s "$file" ] || { echo "FAILED  $file was not written"; failures=$((failures + 1)); }
    done
}

PYTHONPATH=$root/tests/helpers python "$root/tests/helpers/mixed_pictures.py" photographs --num "$num" \
    ${source:+--source "$source"} || exit 1

train=(kgan train photographs --image-size "$size" --updates "$updates")
step version 0 kgan --version
step help 0 kgan --help
step doctor 0 kgan doctor
step dry-run 0 "${train[@]}" --dry-run
step train-stopped 130 stopped runs/photographs/log.csv "${train[@]}"
need runs/photographs/run.json runs/photographs/config.toml runs/photographs/report.html
step generate-stopped 0 kgan generate runs/photographs -n 16 --seed 7 -o stopped.png
step train-continued 0 "${train[@]}"
need runs/photographs/{samples.png,curves.png,log.csv,model.keras,report.html} runs/photographs/samples/animation.gif
step generate 0 kgan generate runs/photographs -n 64 --seed 7 -o grid.png
step generate-folder 0 kgan generate runs/photographs -n 100 --seed 7 -o generated
step interpolate 0 kgan interpolate runs/photographs --seed 7 -o between.gif
step evaluate 0 kgan evaluate runs/photographs photographs -n 1000 -o evaluation
need evaluation/report.html evaluation/report.json
step export 0 kgan export runs/photographs exported
step export-onnx 0 kgan export runs/photographs exported.onnx --format onnx
step export-litert 0 kgan export runs/photographs exported.tflite --format litert
step edit 0 kgan edit runs/photographs --direction brightness -o edited.png
# A generator of few updates may not know a photograph: then kgan says so, and that is an error that it explains.
step edit-image "0 1" kgan edit runs/photographs --direction brightness --image stopped.png -o edited-image.png
step repeat 0 kgan train --config runs/photographs/config.toml --out runs/again --dry-run
step from 0 kgan train photographs --image-size "$size" --from runs/photographs --updates 20 --out runs/finer
# The broken pictures are named, and make the status 1; all others are restored.
step denoise 1 kgan denoise photographs denoised
step upscale 0 kgan upscale grid.png large.png --scale 2
need grid.png between.gif exported/saved_model.pb exported.onnx exported.tflite edited.png large.png
find denoised -type f | grep -q . || { echo "FAILED  denoised is empty"; failures=$((failures + 1)); }

echo
echo "$steps commands in $((SECONDS / 60)) min $((SECONDS % 60)) s, $failures failures; $out"
[ "$failures" -eq 0 ]
