"""What an erasure says of itself when it is done."""

from flows.receipts import ErasureReceipt


def in_words(receipt: ErasureReceipt) -> str:
    """What went from where, and what is left to do; no name is told again."""
    accounts = "1 account" if receipt.accounts_count == 1 else f"{receipt.accounts_count} accounts"
    lines = [f"Forgotten: {accounts}. Records delivered of them again are dropped, unless they are of a later time."]
    lines += [f"{count:>8,}  {place}" for place, count in sorted(receipt.rows.items())]
    if not receipt.rows:
        lines.append("Nothing of them was found.")
    if receipt.recommenders_count:
        number = receipt.recommenders_count
        lines.append(
            f"{number} recommender{'s' if number > 1 else ''} learned from them: train anew by "
            f"{receipt.must_retrain_by} UTC. Any night does."
        )
    if receipt.landing_files:
        lines.append("These landing files still hold them; have them cleaned at the source:")
        lines += [f"  {name}" for name in receipt.landing_files]
    if receipt.unsearched_count:
        lines.append("Ids of fewer than 6 characters were not looked for inside of texts, only where accounts stand.")
    return "\n".join(lines)
