"""``pathsim merge``: the shards of an ensemble joined."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import click

import pathsim
from pathsim.cli.ensemble import begun, conclude, force_option, format_option, precision_of
from pathsim.cli.figures import asked, none_chosen_told, where_option
from pathsim.cli.many import say, told_of_trouble
from pathsim.cli.options import chosen_format, json_option
from pathsim.text import counted, harmless

if TYPE_CHECKING:
    from pathsim.ensembles.request import EnsembleRequest
    from pathsim.ensembles.spans import ChunkSpan, Shard
    from pathsim.ensembles.store import Store
    from pathsim.parquet import TableFormat

RANGES_SHOWN = 3


@click.command(short_help="Join the shards of an ensemble.")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FOLDER...")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Write chunks, rows and summary to this folder, as one ensemble."
)
@where_option
@json_option
@format_option
@force_option
def merge(
    folders: tuple[Path, ...],
    out: Path | None,
    where: tuple[str, ...],
    as_json: bool,
    rows_format: "TableFormat | None",
    force: bool,
) -> None:
    """Join what pathsim ensemble --shard has made in these FOLDERS, and print what the whole ensemble would.

    The shards can be in a folder each, or all in one.
    """
    from pathsim.ensembles.collected import NoRoomError
    from pathsim.ensembles.merge import IncompleteError, merged
    from pathsim.ensembles.request import has_changed
    from pathsim.ensembles.store import Store

    if rows_format is not None and out is None:
        raise click.UsageError("--format is for the rows in a folder: add --out FOLDER")
    rows_format = chosen_format(rows_format)
    request = _with_conditions(_request(folders), where)
    stores = [Store(folder, request.kept(), say) for folder in folders]
    if has_changed(request.recipe.source):
        click.echo(f"{harmless(request.recipe.source.file)} has changed since then: its earlier text is used", err=True)
    precision = precision_of(request)
    try:
        rows, homes = merged(stores, request.replicates, precision)
    except IncompleteError as wrong:
        raise click.ClickException(_incomplete(request, stores, wrong.homes)) from None
    except NoRoomError as wrong:
        raise click.ClickException(str(wrong)) from None
    store = None if out is None else begun(out, replace(request, shards=1), force=force)
    if store is not None:
        with told_of_trouble(store):
            store.tidy()
            for first, home in homes.items():
                store.adopt(first, home)
    with none_chosen_told():
        made = pathsim.Ensemble(request, rows, precision)
    conclude(made, store, rows_format, as_json=as_json)


def _with_conditions(request: "EnsembleRequest", where: Sequence[str]) -> "EnsembleRequest":
    """The request, summarized over the replicates that meet these conditions, if there are any, instead of its own."""
    if not where:
        return request
    if request.recipe.uncertain:
        from pathsim.api.ensembles import NOT_OF_UNCERTAIN

        raise click.UsageError(f"--where of an uncertain ensemble: {NOT_OF_UNCERTAIN}")
    found = asked(request, request.figures, where)
    if lacking := sorted({*found.recipe.further} - {*request.recipe.further}):
        raise click.BadParameter(
            f"the replicates were simulated without '{lacking[0]}': simulate them with --figure", param_hint="--where"
        )
    return replace(found, recipe=request.recipe)


def _request(folders: Sequence[Path]) -> "EnsembleRequest":
    """What was asked of all these folders together. They must hold parts of one ensemble."""
    from pathsim.ensembles.request import EnsembleRequest, kept_request
    from pathsim.ensembles.store import StoreError

    try:
        _refuse_others(folders)
        return reduce(EnsembleRequest.with_most, map(kept_request, folders))
    except StoreError as wrong:
        raise click.ClickException(str(wrong)) from None


def _refuse_others(folders: Sequence[Path]) -> None:
    from pathsim.ensembles.store import StoreError, difference, read_recipe

    first = read_recipe(folders[0])
    for folder in folders[1:]:
        if told := difference(read_recipe(folder), first):
            raise StoreError(
                f"{folder} holds another ensemble than {folders[0]} ({told}); merge the parts of one ensemble only"
            )


def _incomplete(request: "EnsembleRequest", stores: Sequence["Store"], homes: Mapping[int, "Store"]) -> str:
    """Which replicates are missing, shard by shard, and the commands that make them."""
    from pathsim.ensembles.spans import Shard, spans

    if request.until_se is not None:
        return (
            "this ensemble is not finished; go on with it, and it needs no merging:\n  "
            f"{request.command(stores[0].folder)}"
        )
    lines, lacked = [], 0
    for number in range(1, request.shards + 1):
        shard = Shard(number, request.shards)
        ranges, missing = _missing(span for span in spans(request.replicates, shard) if span.first not in homes)
        if missing:
            which = f"shard {shard}, " if shard.of > 1 else ""
            lines.append(f"{which}replicates {ranges}:")
            lines.append(f"  {request.command(_home(shard, stores), shard if shard.of > 1 else None)}")
            lacked += missing
    return "\n".join(
        [f"{lacked:,} of {counted(request.replicates, 'replicate')} are missing; to simulate them:", *lines]
    )


def _missing(missing: Iterable["ChunkSpan"]) -> tuple[str, int]:
    """The ranges of replicates that are missing, in words, and how many replicates there are in them."""
    shown, ranges, replicates = list[str](), 0, 0
    for span in _run_together(missing):
        ranges, replicates = ranges + 1, replicates + span.replicates
        if ranges <= RANGES_SHOWN:
            shown.append(f"{span.first}-{span.first + span.replicates - 1}")
    more = [f"and {ranges - RANGES_SHOWN} more"] if ranges > RANGES_SHOWN else []
    return ", ".join([*shown, *more]), replicates


def _run_together(missing: Iterable["ChunkSpan"]) -> Iterator["ChunkSpan"]:
    """The spans, those that follow on each other as one."""
    last: ChunkSpan | None = None
    for span in missing:
        if last is not None and sum(last) == span.first:
            last = last._replace(replicates=last.replicates + span.replicates)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _home(shard: "Shard", stores: Sequence["Store"]) -> Path:
    """The folder that has most of this shard; a new one if none has any and each shard has its own."""
    from pathsim.ensembles.spans import shard_of

    def of_shard(store: "Store") -> int:
        return sum(shard_of(first, shard.of) == shard.number for first in store.held())

    fullest = max(stores, key=of_shard)
    if len(stores) == 1 or of_shard(fullest):
        return fullest.folder
    return stores[0].folder.with_name(f"shard-{shard.number}-of-{shard.of}")
