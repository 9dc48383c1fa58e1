"""Reads calls, makes them and writes their answers, for both generations."""
import json
import sys
from concurrent.futures import ThreadPoolExecutor


def serve(call_once):
    """Answers each line of stdin; the calls of one line are made at the same time."""
    with ThreadPoolExecutor(max_workers=64) as threads:
        for line in sys.stdin:
            calls = json.loads(line)["calls"]
            answers = list(threads.map(call_once, calls)) if len(calls) > 1 else [call_once(calls[0])]
            print(json.dumps({"answers": answers}), flush=True)
