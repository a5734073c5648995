"""What the vault's operator chooses: by environment (`DOJANG_VAULT_<NAME>`) or TOML file. No secret has a default."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dojang.refusals import SettingMissing, SettingRefused
from dojang.serving.bodies import Bytes32

PREFIX: Final = "DOJANG_VAULT_"
FILE: Final = PREFIX + "SETTINGS"  # where the TOML file is; the environment goes before it
SQLITE: Final = "sqlite:"


class Settings(BaseModel):
    """`folder` holds the keys; `store` is `sqlite:PATH` or a libpq connection string; `issuing_certificate` is PEM.

    `center_key` (base64url) is the centre's key for service calls; everyone else's is in the anchors.
    `allow_software_master` is "for trying out", or nothing starts on the software master.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path
    anchors: Path
    issuing_certificate: Path
    center_key: Bytes32
    status_url: Annotated[str, Field(pattern=r"^https?://[^/]+$")]
    practice_url: Annotated[str, Field(pattern=r"^https?://")]
    store: Annotated[str, Field(pattern=r"^sqlite:.|^postgresql://|=", repr=False)]
    allow_software_master: str = ""
    host: str = "127.0.0.1"
    port: int = 8020

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Raises `SettingMissing` or `SettingRefused`, naming the setting."""
        values: dict[str, object] = {}
        if FILE in environment:
            try:
                values = tomllib.loads(Path(environment[FILE]).read_text("utf-8"))
            except (OSError, ValueError):
                raise SettingRefused(setting=FILE) from None
        for name in cls.model_fields:
            if PREFIX + name.upper() in environment:
                values[name] = environment[PREFIX + name.upper()]
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            name = PREFIX + str(first["loc"][0]).upper()
            raise (SettingMissing if first["type"] == "missing" else SettingRefused)(setting=name) from None
