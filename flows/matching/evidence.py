"""How much it says that two listings are one thing: a weight, in natural log-odds, for each thing that they share.

The weights and the threshold in dbt's `int_item_pairs_chosen` were measured on film catalogues that were set aside for
it; `python -m tests.acceptance.catalogues` measures them anew on others.
"""

FLOOR = 0
"""Pairs below this weight are not worth keeping."""

NEVER = -100

FEATURES = """
    select
        pairs.first_key,
        pairs.second_key,
        least(length(one.title_text), length(other.title_text)) as title_length,
        one.title_numbers = other.title_numbers as has_same_numbers,
        -- of titles that are longer by two letters no count is needed
        case
            when one.title_text = other.title_text then 0
            when abs(length(one.title_text) - length(other.title_text)) <= 1
                then damerau_levenshtein(one.title_text, other.title_text)
        end as slips_count,
        -- a letter lost, doubled or swapped; another letter in its place makes another word
        case
            when slips_count = 1
                then length(one.title_text) <> length(other.title_text)
                    or list_sort(string_split(one.title_text, '')) = list_sort(string_split(other.title_text, ''))
        end as is_slip,
        one.title_core = other.title_text or one.title_text = other.title_core as has_same_core,
        abs(one.released_year - other.released_year) as years_apart,
        case
            when len(one.category_words) > 0 and len(other.category_words) > 0
                then len(list_intersect(one.category_words, other.category_words))
                    / len(list_distinct(one.category_words || other.category_words))
        end as category_share,
        jaro_winkler_similarity(one.creator, other.creator) as creator_similarity,
        -- titles in two languages have their meaning in common, and then only of one creator and year
        case
            when years_apart = 0 and creator_similarity >= .92
                then list_cosine_similarity(one_text.embedding, other_text.embedding)
        end as text_similarity,
        len(list_intersect(one.id_kinds, other.id_kinds)) > 0
        and len(list_intersect(one.external_ids, other.external_ids)) = 0 as has_other_ids
    from pairs
    inner join links.items as one on pairs.first_key = one.item_key
    inner join links.items as other on pairs.second_key = other.item_key
    left join features.text_embeddings as one_text
        on one.text_hash = one_text.text_hash and one_text.encoder = $encoder
    left join features.text_embeddings as other_text
        on other.text_hash = other_text.text_hash and other_text.encoder = $encoder
"""

WEIGHTS = {
    "ids": f"if(has_other_ids, {NEVER}, 0)",
    "title": f"""case
        when slips_count = 0 then 3 + .15 * least(title_length, 20)
        when slips_count = 1 and is_slip and has_same_numbers and title_length >= 4
            then 1.8 + .15 * least(title_length, 20)
        when has_same_core then .15 * least(title_length, 20)
        when text_similarity >= .65 and has_same_numbers then .5
        else {NEVER}
    end""",
    "year": "case when years_apart = 0 then 3 when years_apart = 1 then -3 when years_apart > 1 then -8 else 0 end",
    "category": """case
        when category_share = 1 then 2
        when category_share >= .5 then 1
        when category_share > 0 then .5
        when category_share = 0 then -1.5
        else 0
    end""",
    "creator": "case when creator_similarity >= .92 then 3 when creator_similarity < .92 then -3 else 0 end",
}
"""What each thing adds: SQL over the features. A longer title says more, for fewer things bear it."""

SCORED = f"""
    select
        first_key,
        second_key,
        {", ".join(f"{sql} as {name}_weight" for name, sql in WEIGHTS.items())},
        {" + ".join(f"{name}_weight" for name in WEIGHTS)} as weight,
        1 / (1 + exp(-weight)) as confidence
    from ({FEATURES})
"""
