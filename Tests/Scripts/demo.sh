#!/bin/sh
# Drops a real CT into the watched folder of a site of its own, lets the service work, and shows what came out and how
# good it is: demo.sh PREREAD. Everything lies in watch/demo. On a terminal the review page is then served until Ctrl-C.
set -eu
preread=$1
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
top=$(CDPATH='' cd -- "$here/../.." && pwd)
cache=${PREREAD_CACHE:-$top/.cache}
demo=${PREREAD_DEMO:-$top/watch/demo}
sample="$cache/sample/totalsegmentator/tests/reference_files"
export PREREAD_MODELS="$demo/models" PREREAD_PROFILES="$demo/profiles"

rm -rf "$demo"
mkdir -p "$demo/incoming" "$demo/profiles"
cp "$top"/profiles/*.xml "$top"/profiles/*.xsd "$top"/profiles/*.tsv "$demo/profiles/"
cp "$top/watch/site.xsd" "$demo/"
cat >"$demo/site.xml" <<END
<?xml version="1.0" encoding="UTF-8"?>
<site schema="1">
    <profiles folder="profiles"/>
    <models folder="models" default="litemedsam"/>
    <ingest settleSeconds="1" studyQuietSeconds="1" pollSeconds="0.5"/>
    <web listen="127.0.0.1:${PREREAD_DEMO_PORT:-8420}"/>
</site>
END

echo "== model"
"$preread" models import "$cache/weights/lite_medsam.pth" --name litemedsam --licence Apache-2.0
echo "== atlas"
"$preread" atlas build ct-abdomen-example \
    --image "$sample/example_ct.nii.gz" --labels "$sample/example_seg_fast_force_split.nii.gz" \
    --table "$top/profiles/labels-totalsegmentator-ct.tsv" --licence Apache-2.0 \
    --provenance "Abdominal CT of the TotalSegmentator package 2.18.0, 3 mm; labels computed by TotalSegmentator"
# For the profile mr-abdomen, which no series of this demo gets; 60 mm of another patient.
"$preread" atlas build mr-abdomen-example --modality MR \
    --image "$sample/example_mr_sm.nii.gz" --labels "$sample/example_seg_mr.nii.gz" \
    --table "$top/profiles/labels-totalsegmentator-mr.tsv" --licence Apache-2.0 \
    --provenance "Abdominal MR of the TotalSegmentator package 2.18.0; labels computed by TotalSegmentator"
"$preread" atlas show ct-abdomen-example --picture "$demo/atlas.png"
echo "== the series as it was published has no identifiers: a test of bad input"
if "$preread" annotate "$sample/example_ct_dicom" --output "$demo/refused"; then
    echo "the broken series was accepted" >&2
    exit 1
fi
echo "refused, as it should be"
echo "== dropping the repaired copy of another patient's CT into $demo/incoming"
cp -r "$cache/sample/series" "$demo/incoming/study"
"$preread" serve --site "$demo/site.xml" --drain
"$preread" status --site "$demo/site.xml"
receipt=$(find "$demo/annotated" -name receipt.json)
echo "== how good it is (the labels are a network's output, not radiologists')"
"$preread" evaluate "$cache/sample/series" --result "$(dirname "$receipt")" \
    --labels "$sample/example_seg_dicom.nii.gz" --report "$demo/report.json"
echo "report   $demo/report.json"
echo "== the review page"
password=$(head -c 12 /dev/urandom | base64 | tr '+/' 'xy')
echo "$password" | "$preread" users add demo --role admin --password-stdin --site "$demo/site.xml"
echo "address  http://127.0.0.1:${PREREAD_DEMO_PORT:-8420}"
echo "user     demo"
echo "password $password"
echo "to go on with its model and atlas: export PREREAD_MODELS=$PREREAD_MODELS PREREAD_PROFILES=$PREREAD_PROFILES"
if [ -t 0 ] && [ -t 1 ]; then
    echo "the page is served until Ctrl-C"
    exec "$preread" serve --site "$demo/site.xml"
fi
echo "to serve the page: $preread serve --site $demo/site.xml"
