"""A whole night on the real logs of four platforms, judged by what people then did: `python -m tests.acceptance`.

Lays the logs in ../shared/data/amazon4 out as landing files and goes on as a user would: `crossrec platform add` for
each platform, taking what it proposes, then `crossrec night`. Then ../shared/acceptance/judge_night.py judges what was
published. Ends with 0 only if the judge found no fault and the figures reach the bar below.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
JUDGES = PROJECT.parent / "shared" / "acceptance"
POPULAR = "popular, half-life 3 days"  # the best popularity list in the mean over the nights
LEAST_SHARE = 0.9
LEAST_RECALL = 0.946


def run_measured(command: list[str]) -> tuple[int, float, float]:
    """Run a command; its exit code, seconds, and peak GiB, summed over its process tree (shared pages once)."""
    started = time.monotonic()
    process = psutil.Popen(command, cwd=PROJECT)
    peak = 0.0
    while process.poll() is None:
        try:
            tree = [process, *process.children(recursive=True)]
            peak = max(peak, sum(part.memory_full_info().pss for part in tree))
        except psutil.NoSuchProcess:
            pass
        time.sleep(0.5)
    return process.returncode, time.monotonic() - started, peak / 2**30


def reach_bar(judged: dict, popular: dict) -> list[str]:
    """What falls short of the bar, in words: popularity overall, 0.9 of it on each platform, the matching."""
    by_platform: dict[str, list[float]] = {}
    for score in judged["scores"]:
        by_platform.setdefault(score["platform"], []).append(score["ndcg"])
    bars = {platform: LEAST_SHARE * value for platform, value in popular.items() if platform != "macro"}
    values = {platform: sum(scores) / len(scores) for platform, scores in by_platform.items()}
    short = [
        f"{platform}: {values[platform]:.4f} < {bar:.4f}" for platform, bar in bars.items() if values[platform] < bar
    ]
    if judged["macro"] < popular["macro"]:
        short.append(f"macro: {judged['macro']:.4f} < {popular['macro']:.4f}")
    if judged["matching"]["precision"] < 1 or judged["matching"]["recall"] < LEAST_RECALL:
        short.append(f"matching: {judged['matching']}")
    return short


def main() -> int:
    """Run the night in a home of its own and judge it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cut", default="2014-05-24", help="the night (default: %(default)s)")
    parser.add_argument("--home", type=Path, help="keep everything in this folder (default: a temporary one)")
    arguments = parser.parse_args()
    if not JUDGES.is_dir():
        print(f"The real logs and their judge are needed in {JUDGES}; the folder is absent. Nothing was run.")
        return 1
    with tempfile.TemporaryDirectory(prefix="crossrec-acceptance-") as temporary:
        home = arguments.home or Path(temporary)
        landing = home / "landing"
        subprocess.run(
            [sys.executable, str(JUDGES / "land_amazon4.py"), str(landing), "--until", arguments.cut], check=True
        )
        crossrec = [sys.executable, "-m", "flows"]
        places = ["--home", str(home), "--contracts", str(home / "contracts")]
        for platform in sorted(path.name for path in landing.iterdir()):
            subprocess.run([*crossrec, "platform", "add", platform, "--replace", *places], cwd=PROJECT, check=True)
        code, seconds, memory = run_measured([*crossrec, "night", "--date", arguments.cut, *places])
        print(f"night     exit code {code}  {seconds:.0f} s  {memory:.2f} GiB at most")
        if code:
            return code
        result = home / "judged.json"
        judge = [sys.executable, str(JUDGES / "judge_night.py"), str(home / "published.duckdb"), str(landing)]
        code = subprocess.run([*judge, "--cut", arguments.cut, "--json", str(result)], check=False).returncode
        if code:
            return code
        peers = json.loads((JUDGES / "peers.json").read_text())[arguments.cut]
        short = reach_bar(json.loads(result.read_text()), peers[POPULAR])
        print("bar       " + ("reached" if not short else "missed: " + "; ".join(short)))
        return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
