"""Settings: what is wrong names itself, secrets do not lie in the file."""

from pathlib import Path

import pytest

from channels import registry
from hub.config.loading import load
from hub.config.options import options, written_file
from hub.config.settings import Settings
from hub.decisions.policy import Policy
from hub.errors import ConfigurationError
from hub.streams.settings import EngineSettings

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "configuration.md"

WECHAT = """
[[channels]]
kind = "wechat"
id = "wechat-main"
account = "gh_0123456789ab"
app_id = "wx0123456789abcdef"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "lianluo.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_everything_has_a_default() -> None:
    settings = load(None, {})
    assert settings == Settings()
    assert settings.http.port == 8080
    assert settings.channels == ()


def test_defaults_are_those_of_the_engine_and_of_the_policy() -> None:
    settings = load(None, {})
    assert EngineSettings(**settings.engine_values()) == EngineSettings()
    assert Policy(**settings.policy.values()) == Policy()


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[http]\nport = 9000\nhost = "0.0.0.0"\n[policy]\nmax_misses = 4\n')
    env = {
        "LIANLUO_HTTP__PORT": "9001",
        "LIANLUO_POLICY__WITHOUT_BOT": '["sms-main"]',
        "LIANLUO_STORE__PORT": "27117",
        "PATH": "/bin",
        "LIANLUO_PYTHON": "/usr/bin/python3",
    }
    settings = load(path, env)
    assert (settings.http.host, settings.http.port) == ("0.0.0.0", 9001)  # noqa: S104
    assert settings.policy.max_misses == 4
    assert settings.policy.without_bot == {"sms-main"}
    assert settings.store.port == 27117


@pytest.mark.parametrize(
    ("label", "text", "key", "problem"),
    [
        ("unknown key", "[http]\nprot = 1", "http.prot", "unknown key"),
        ("unknown section", "[htpp]\nport = 1", "htpp", "unknown key"),
        ("wrong type", '[http]\nport = "many"', "http.port", "valid integer"),
        ("out of range", "[http]\nport = 70000", "http.port", "less than or equal to 65535"),
        ("wrong form", '[http]\npublic_url = "hub"', "http.public_url", "pattern"),
        ("a value for a section", "http = 3", "http", "valid dictionary"),
        ("channels as a table", "[channels]\na = 1", "channels", "list of tables"),
        (
            "two options that contradict",
            "[outbox]\noverdue_s = 10.0",
            "outbox",
            "longer than send_timeout_s",
        ),
        (
            "password in the address",
            '[store]\nmongodb_uri = "mongodb://u:hunter2@db/"',
            "store.mongodb_uri",
            "is a secret",
        ),
        ("secret of the demo", '[demo]\npassword = "hunter2"', "demo.password", "is a secret"),
        (
            "secret of a channel",
            WECHAT + 'app_secret = "hunter2"',
            "channels.wechat-main.app_secret",
            "is a secret",
        ),
        (
            "file that is not there",
            '[store]\nmongodb_uri = {file = "nowhere"}',
            "store.mongodb_uri",
            "cannot read the file 'nowhere'",
        ),
        ("file without a name", "[demo]\npassword = {file = 3}", "demo.password", "name of a file"),
    ],
)
def test_a_wrong_file_names_the_key_and_no_value(
    label: str, text: str, key: str, problem: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError) as found:
        load(written(tmp_path, text), {})
    assert found.value.key == key
    assert problem in found.value.problem
    assert "hunter2" not in str(found.value)


@pytest.mark.parametrize(
    ("variable", "value", "key", "problem"),
    [
        ("LIANLUO_HTTP__PROT", "1", "http.prot", "unknown key"),
        ("LIANLUO_HTPP__PORT", "1", "htpp.port", "unknown, set by LIANLUO_HTPP__PORT"),
        ("LIANLUO_HTTP__PORT", "many", "http.port", "valid integer"),
        ("LIANLUO_HTTP__TRUSTED_ORIGINS", "a,b", "http.trusted_origins", "not JSON"),
        ("LIANLUO_CHANNELS__SMS__TOKEN", "x", "channels.sms.token", "no such channel"),
    ],
)
def test_a_wrong_variable_names_the_key(variable: str, value: str, key: str, problem: str) -> None:
    with pytest.raises(ConfigurationError) as found:
        load(None, {variable: value})
    assert found.value.key == key
    assert problem in found.value.problem


def test_a_file_that_is_no_toml_names_itself(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is not TOML"):
        load(written(tmp_path, "[http"), {})
    with pytest.raises(ConfigurationError, match=r"nothing\.toml: cannot be read"):
        load(tmp_path / "nothing.toml", {})


def test_secrets_come_from_files_and_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("s3cret\n", encoding="utf-8")
    aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    text = WECHAT + 'app_secret = {file = "secret.txt"}\n'
    env = {
        "LIANLUO_CHANNELS__WECHAT_MAIN__TOKEN": "t0ken",
        "LIANLUO_CHANNELS__WECHAT_MAIN__AES_KEY": aes_key,
        "LIANLUO_CHANNELS__WECHAT_MAIN__MESSAGE_GRANT__QUOTA": "4",
        "LIANLUO_CHANNELS__WECHAT_MAIN__MESSAGE_GRANT__VALID_S": "60",
        "MONGODB_URI": "mongodb://u:hunter2@db/",
        "LIANLUO_DEMO_PASSWORD": "demo word",
    }
    settings = load(written(tmp_path, text), env)
    config = registry.read_all(settings.channels)[0]
    assert config.model_dump()["app_secret"].get_secret_value() == "s3cret"
    assert config.model_dump()["token"].get_secret_value() == "t0ken"
    assert config.model_dump()["message_grant"]["quota"] == 4
    assert settings.store.mongodb_uri is not None
    assert settings.store.mongodb_uri.get_secret_value() == "mongodb://u:hunter2@db/"
    assert settings.demo.password is not None
    for secret in ("s3cret", "t0ken", aes_key, "hunter2", "demo word"):
        assert secret not in repr(settings)


def test_a_database_address_without_a_password_may_stand_in_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, '[store]\nmongodb_uri = "mongodb://db1,db2/?replicaSet=rs0"')
    assert load(path, {}).store.mongodb_uri is not None


def test_the_data_folder_lies_beside_the_file_that_names_it(tmp_path: Path) -> None:
    assert load(None, {}).store.data == Path("data")
    assert load(written(tmp_path, '[store]\ndata = "db"'), {}).store.data == tmp_path / "db"
    assert load(written(tmp_path, '[store]\ndata = "/srv/db"'), {}).store.data == Path("/srv/db")


def test_every_option_is_documented_with_its_default_and_another_value() -> None:
    rows = [line for line in DOCUMENTATION.read_text("utf-8").splitlines() if "`" in line]
    documented = [line for line in rows if line.startswith("| `")]
    assert documented == [
        f"| `{o.key}` | `{o.default}` | `{o.example}` | {o.about} |".replace("``", "none")
        for o in options()
    ]
    for option in options():
        assert option.about.endswith(".")
        assert option.example != option.default


def test_a_first_file_is_valid_and_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "lianluo.toml"
    file.write_text(written_file(), encoding="utf-8")
    assert load(file, {}).model_dump(exclude={"store"}) == load(None, {}).model_dump(
        exclude={"store"}
    )


def test_every_line_of_a_first_file_may_be_uncommented(tmp_path: Path) -> None:
    lines = [
        line.removeprefix("# ") if " = " in line else line
        for line in written_file().split("# One table a channel")[0].splitlines()
    ]
    file = tmp_path / "lianluo.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert load(file, {}).http.model_dump() == load(None, {}).http.model_dump()
