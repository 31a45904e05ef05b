"""`leap-kg token`: give out, list and revoke the tokens that writing over HTTP needs."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from leap_kg.cli import context
from leap_kg.cli.output import NOT_FOUND, errors, fail, print_json, print_line, print_table
from leap_kg.graph.home import Home, HomeError
from leap_kg.graph.tokens import DEFAULT_LIFE, Token, Tokens

app = typer.Typer(help="Give out, list and revoke the tokens for writing over HTTP.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who or what will use it.")],
    scopes: Annotated[
        list[str],
        typer.Option(
            "--scope", help="publish:SOURCE, publish:*, curate, operate, links, request, admin; any number of times."
        ),
    ],
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many days it is valid.")] = DEFAULT_LIFE.days,
    as_json: Annotated[bool, typer.Option("--json", help="Print the token with what is known of it as JSON.")] = False,
) -> None:
    """Make a token and print it: this once, since only a hash of it is kept."""
    settings = context.settings()
    if not Home.of(settings).exists():
        told = f"nothing is published in {settings.home} yet: a server takes the token only if this is its LEAP_KG_HOME"
        errors.print(told, style="yellow", markup=False, highlight=False, soft_wrap=True)
    try:
        token, text = _tokens().create(name, scopes, timedelta(days=days))
    except (ValueError, HomeError) as error:
        fail(str(error))
    if as_json:
        print_json({**_described(token), "token": text})
    else:
        print_line(text)


@app.command(name="list")
def list_tokens(as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """List all tokens, without their secrets."""
    try:
        tokens = _tokens().all()
    except HomeError as error:
        fail(str(error))
    if as_json:
        print_json([_described(token) for token in tokens])
        return
    rows = [
        (token.id, token.name, " ".join(token.scopes), _state(token), token.expires.date(), token.used or "never")
        for token in tokens
    ]
    print_table("Tokens", ("id", "name", "scopes", "state", "expires", "last used"), rows)


@app.command()
def revoke(token_id: Annotated[str, typer.Argument(metavar="ID", help="The id that `list` shows.")]) -> None:
    """Make a token useless, also for servers that run."""
    try:
        done = _tokens().revoke(token_id)
    except HomeError as error:
        fail(str(error))
    if not done:
        fail(f"there is no token {token_id} that could be revoked; `leap-kg token list` shows all", NOT_FOUND)
    print_line(f"token {token_id} is revoked")


def _tokens() -> Tokens:
    return Tokens(Home.of(context.settings()))


def _state(token: Token) -> str:
    if token.revoked is not None:
        return "revoked"
    return "valid" if token.is_valid(datetime.now(UTC)) else "expired"


def _described(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "state": _state(token),
        "created": token.created.isoformat(),
        "expires": token.expires.isoformat(),
        "revoked": token.revoked.isoformat() if token.revoked else None,
        "used": token.used.isoformat() if token.used else None,
    }
