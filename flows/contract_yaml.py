"""The YAML of contracts."""

import re

import yaml


class ContractLoader(yaml.SafeLoader):
    """YAML in which only true and false are booleans: a platform may call a field no and an event on."""


ContractLoader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
ContractLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|false"), ["t", "f"])
