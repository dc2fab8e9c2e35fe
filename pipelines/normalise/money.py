"""Which currency an amount is in, and its figures as this project spells them: `1.299,00 €` becomes `$1299.00`, in EUR.

Nothing is converted here: an amount stays what was written, and its currency goes with it. A sign that several
currencies share (`¥`, `kr`) is refused until the source says which it means; `$` is of the United States where nothing
says otherwise.
"""

import re
from collections.abc import Iterable, Mapping

import polars as pl

from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.grammar import EDGE

DOLLAR = "USD"
COMMA, POINT = "decimal comma", "decimal point"
BARE_DOLLAR = rf"(?:^|[^A-Za-z])\$|{EDGE}(?i:dollars?){EDGE}"
UNITED_STATES = rf"{EDGE}USD{EDGE}|{EDGE}US\s?\$|{EDGE}(?i:US\s(?:dollars?)){EDGE}"
TAXES = {
    "included": r"(?i)\b(?:incl\.?|including|includes|inkl\.?|inc\.?|with)\s"
    r"(?:all\s|[0-9]{1,2}(?:[.,][0-9])?\s?%\s)?(?:sales\s)?(?:VAT|GST|tax|taxes|MwSt\.?|USt\.?|TVA|IVA)",
    "excluded": r"(?i)\b(?:excl\.?|excluding|excludes|ex\.?|exkl\.?|zzgl\.?|plus|before|without|w/o)\s"
    r"(?:[0-9]{1,2}(?:[.,][0-9])?\s?%\s)?(?:sales\s)?(?:VAT|GST|tax|taxes|MwSt\.?|USt\.?|TVA|IVA)",
}
"""Words behind an amount that say whether taxes are in it."""
EVIDENT_COMMA = (
    r"[0-9],[0-9]{1,2}(?:[^0-9,]|$)|[0-9],[-–—]{1,2}|[0-9]\.[0-9]{3},[0-9]|[0-9]\.[0-9]{3}\.[0-9]{3}"
    r"|(?:^|[^0-9.,])0,[0-9]"
)
"""How a figure shows that its decimals are behind a comma: `12,50`, `1.299,00`, `899,-`, `1.234.567`."""
NOT_OF_COMMA = r"[0-9]\.[0-9]{1,2}(?:[^0-9]|$)|[0-9]\.[0-9]{4}|[0-9],[0-9]{3},[0-9]{3}"
"""Figures that cannot have a decimal comma."""
AMOUNT = r"[0-9](?:[0-9.,'’ ]*[0-9])?(?:[.,][-–—]{1,2})?(?:\s?[KkM]\b)?"
LAKH = r"([0-9]),([0-9]{2}),([0-9]{3})"


def with_currency(rows: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Rows with `text` as the grammar reads it, the currency of amounts, what taxes are in them, and what speaks
    against it.

    rows: text, unit (canonical), currency and locale as the source declares them (null: not), tax as it declares it.
    Adds declared (the currency again) and money_reason; currency, tax and locale are null where the unit is no money.
    """
    is_money = pl.col("unit").fill_null("").str.starts_with(DOLLAR)
    rows = rows.with_columns(declared=pl.col("currency").str.strip_chars().str.to_uppercase())
    money = rows.filter(is_money)
    read = money.pipe(_resolved, vocabulary).pipe(_respelled, vocabulary).select(*rows.columns, "money_reason")
    rest = rows.filter(~is_money).with_columns(
        pl.lit(None, pl.String).alias(name) for name in ("currency", "tax", "money_reason")
    )
    return pl.concat([_located(rest), read]).sort("row")


def money_words(vocabulary: Vocabulary) -> list[str]:
    """Every way in which a currency is named, of which the one that counts is known by then."""
    return [
        DOLLAR,
        "dollars",
        *vocabulary.currencies,
        *(name for names in vocabulary.currencies.values() for name in names),
    ]


def currency_in(text: str, vocabulary: Vocabulary) -> str | None:
    """The one currency besides the dollar of the United States that a header or a title names; None if it names
    none, or several."""
    found = currencies_in(text, vocabulary)
    return found[0] if len(found) == 1 else None


def currencies_in(text: str, vocabulary: Vocabulary) -> list[str]:
    """The currencies that a header or a title names, or may mean, besides the dollar of the United States."""
    return [
        code
        for code, names in vocabulary.currencies.items()
        if re.search(_named(code, names).replace(EDGE, r"\b"), text)
    ]


def with_dollars(text: str, currency: str, vocabulary: Vocabulary) -> str:
    """A header with `$` for the names of a currency, so that it reads as one of amounts in dollars."""
    return re.sub(_named(currency, vocabulary.currencies[currency]).replace(EDGE, r"\b"), "$", text)


def _resolved(rows: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    text, declared = pl.col("text"), pl.col("declared")
    owners = _owners(vocabulary.currencies)
    own = {code: [name for name in names if len(owners[name]) == 1] for code, names in vocabulary.currencies.items()}
    shared = {name: codes for name, codes in owners.items() if len(codes) > 1}
    dollars = [code for code, names in vocabulary.currencies.items() if any("$" in name for name in names)]
    said = pl.concat_list(
        pl.when(text.str.contains(UNITED_STATES)).then(pl.lit(DOLLAR)),
        *(pl.when(text.str.contains(_named(code, names))).then(pl.lit(code)) for code, names in own.items()),
    ).list.drop_nulls()
    rows = rows.with_columns(said=said)
    meant, unclear = [], []
    for name, codes in shared.items():
        is_there = text.str.contains(_pattern(name))
        one = _one_of(codes)
        meant.append(pl.when(is_there & one.is_not_null()).then(one))
        unclear.append(
            pl.when(is_there & one.is_null()).then(
                pl.lit(
                    f'{name} may be {" or ".join(codes)}: let the source declare its currency (currency = "{codes[0]}")'
                )
            )
        )
    bare = text.str.contains(BARE_DOLLAR)
    meant.append(pl.when(bare).then(pl.coalesce(_one_of([DOLLAR, *dollars]), pl.lit(DOLLAR))))
    return (
        rows.with_columns(all=pl.concat_list("said", *meant).list.drop_nulls().list.unique(maintain_order=True))
        .with_columns(
            money_reason=pl.coalesce(
                *unclear,
                pl.when(pl.col("all").list.len() > 1).then(
                    pl.format("the cell names several currencies: {}", pl.col("all").list.join(", "))
                ),
                pl.when(declared.is_not_null() & ~declared.str.contains("^[A-Z]{3}$")).then(
                    pl.format("currency {} is no code of three letters", pl.col("currency"))
                ),
            ),
            currency=pl.coalesce(pl.col("all").list.first(), "declared", pl.lit(DOLLAR)),
        )
        .with_columns(
            said_tax=pl.coalesce(pl.when(text.str.contains(words)).then(pl.lit(tax)) for tax, words in TAXES.items())
        )
        .with_columns(
            money_reason=pl.coalesce(
                "money_reason",
                pl.when(pl.col("said_tax") != pl.col("tax")).then(
                    pl.format("the cell says that taxes are {}, the source that they are {}", "said_tax", "tax")
                ),
            ),
            tax=pl.coalesce("said_tax", "tax"),
        )
    )  # fmt: skip


def _one_of(codes: list[str]) -> pl.Expr:
    """The currency of several that share a sign: the one that the cell names besides, else the declared one."""
    named = pl.col("said").list.filter(pl.element().is_in(codes))
    return pl.coalesce(
        pl.when(named.list.len() == 1).then(named.list.first()),
        pl.when(pl.col("declared").is_in(codes)).then("declared"),
    )


def _respelled(rows: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The text with `$` for any currency's name beside a figure, and figures with a decimal point and without
    grouping."""
    text = pl.col("text")
    names = sorted(money_words(vocabulary), key=lambda name: (-len(name), name))
    before = "|".join(_pattern(name, edges=(True, False)) for name in names if name not in (DOLLAR, "dollars"))
    behind = "|".join(_pattern(name, edges=(False, True)) for name in names if name not in (DOLLAR, "dollars"))
    is_foreign = pl.col("currency") != DOLLAR
    spelled = text.str.replace_all(rf"(?:{before})\.?\s?([0-9])", "$$$1").str.replace_all(
        rf"\$?({AMOUNT})\s?(?:{behind})", "$$$1"
    )
    rows = rows.with_columns(text=_without_taxes(pl.when(is_foreign).then(spelled).otherwise(text)))
    is_indian = (pl.col("currency") == "INR") & text.str.contains(LAKH)
    locale = pl.coalesce(
        "locale", pl.when(is_foreign & ~is_indian & text.str.contains(EVIDENT_COMMA)).then(pl.lit(COMMA))
    )
    rows = rows.with_columns(
        text=pl.when(is_indian).then(text.str.replace_all(LAKH, "$1$2$3").str.replace_all(r"([0-9]),([0-9])", "$1$2"))
        .when(is_foreign).then(
            text.str.replace_all(r"([0-9])['’]([0-9]{3})(?-u:\b)", "$1$2")
            .str.replace_all(r"([0-9])\.[-–—]{1,2}(?:$|\s)", "$1")
        )
        .otherwise(text),
        locale=locale,
    )  # fmt: skip
    return _located(rows)


def _without_taxes(text: pl.Expr) -> pl.Expr:
    for words in TAXES.values():
        text = text.str.replace(rf"\(?{words}\)?", "")
    return text.str.strip_chars()


def _located(rows: pl.DataFrame) -> pl.DataFrame:
    """Figures with a decimal comma, where the source has one, with a decimal point and without grouping."""
    text = pl.col("text")
    plain = text.str.replace_all(r",[-–—]{1,2}", "")
    for _ in range(3):  # `1.234.567`: a match ends at the digit that the next one starts with
        plain = plain.str.replace_all(r"([0-9])[. '’]([0-9]{3})(?-u:\b)", "$1$2")
    plain = plain.str.replace_all(r"([0-9]),([0-9]+)", "$1.$2")
    has_comma = pl.col("locale") == COMMA
    misfit = has_comma & text.str.contains(NOT_OF_COMMA)
    return rows.with_columns(
        text=pl.when(has_comma & ~misfit).then(plain).otherwise(text),
        money_reason=pl.coalesce(
            "money_reason",
            pl.when(misfit).then(
                pl.format("'{}' has no decimal comma, which its source is declared to write", text.str.head(100))
            ),
        ),
    )  # fmt: skip


def _owners(currencies: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """For each name of a currency the codes of those that have it."""
    owners: dict[str, list[str]] = {}
    for code, names in currencies.items():
        for name in names:
            owners.setdefault(name, []).append(code)
    return owners


def _named(code: str, names: Iterable[str]) -> str:
    """A currency by its code, its symbol, or a name of it."""
    return "|".join([rf"{EDGE}{code}{EDGE}", *map(_pattern, names)])


def _pattern(name: str, edges: tuple[bool, bool] = (True, True)) -> str:
    """How a name of a currency is found: as a whole word, or with an edge on one side of it where a figure is on the
    other."""
    before, behind = (EDGE if edge else "" for edge in edges)
    if re.fullmatch("[A-Z]{3}", name):
        return f"{before}{name}{behind}"
    if name.isascii() and name.isalpha():
        return f"{before}(?i:{name}){behind}"
    return rf"(?:^|[^A-Za-z]){re.escape(name)}" if all(edges) else re.escape(name)
