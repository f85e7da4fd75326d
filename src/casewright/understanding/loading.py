"""A tenant's `intents.yaml` as an `IntentSet`."""

from pathlib import Path

import yaml
from pydantic import ValidationError

from casewright.understanding.errors import TrainingDataInvalid
from casewright.understanding.models import IntentSet
from casewright.understanding.training import check


def load_intents(file: Path) -> IntentSet:
    """Reads and checks the file. Raises `TrainingDataInvalid`, which names the file and what to change."""
    try:
        intents = IntentSet.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        check(intents)
    except OSError as error:
        raise TrainingDataInvalid(f"{file} cannot be read ({error.strerror}).") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TrainingDataInvalid(f"{file} is not valid YAML: look near {_place(error)}.") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:5])
        raise TrainingDataInvalid(f"{file}: {faults}.") from None
    except TrainingDataInvalid as error:
        raise TrainingDataInvalid(f"{file}: {error.message}") from None
    return intents


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark else "its beginning"
