"""Finding models and versions in the registry: filters, orders, pages."""

import uuid

import pytest
from about import VERSION, refused, since

ODD = """it's 100% _odd_ "größe" 日本"""  # what filters must not trip over


@pytest.fixture(scope="module")
def word():
    """A word that only the names of this file's models begin with."""
    return f"Find{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def names(client, word):
    """Twelve models, made in the order of the list; some have tags."""
    names = [f"{word}-{i:02d}" for i in (4, 11, 0, 7, 2, 9, 5, 1, 10, 3, 8, 6)]
    for name in names:
        number = int(name[-2:])
        tags = {"even": str(number % 2 == 0), "a key with spaces": ODD}
        client.create_registered_model(name, tags=tags if number < 8 else {})
    return names


@pytest.fixture(scope="module")
def versions(client, names, word, shared_experiment):
    """Six versions: three of each of two models, all but the last from one run."""
    run, other = (client.create_run(shared_experiment).info for _ in range(2))
    for number in range(6):
        of = run if number < 5 else other
        client.create_model_version(
            f"{word}-{number % 2:02d}", f"{of.artifact_uri}/model", of.run_id, tags={"nth": str(number)}
        )
    return run.run_id


def page_through(search, *arguments, size, **options):
    """Give all that a search finds, and the sizes of its pages."""
    found, sizes, token = [], [], None
    while True:
        page = search(*arguments, max_results=size, page_token=token, **options)
        found += page
        sizes.append(len(page))
        token = page.token
        if not token:
            return found, sizes


def test_models_by_name(client, names, word):
    def found(condition):
        return [m.name for m in client.search_registered_models(condition)]

    assert found(f"name = '{word}-07'") == [f"{word}-07"]
    assert found(f"name LIKE '{word}-0%'") == sorted(n for n in names if n[-2] == "0")
    assert found(f"name LIKE '{word.upper()}%'") == []
    assert found(f"name ILIKE '{word.upper()}%'") == sorted(names)
    assert found(f"name = '{word}'") == []


@since(1, 29)
def test_models_by_tag(client, names, word):
    def found(condition):
        searched = client.search_registered_models(f"name LIKE '{word}%' AND {condition}")
        return [int(m.name[-2:]) for m in searched]

    assert found("tags.even = 'True'") == [0, 2, 4, 6]
    assert found("tags.even != 'True'") == [1, 3, 5, 7]  # none without the tag
    assert found("tags.even = 'True' AND tags.`a key with spaces` ILIKE '%\"GRÖSSE%'") == []
    assert found("tags.`a key with spaces` LIKE '%日本' AND tags.even = 'False'") == [1, 3, 5, 7]


def test_models_in_order(client, names, word):
    def found(*order):
        searched = client.search_registered_models(f"name LIKE '{word}%'", order_by=list(order))
        return [m.name for m in searched]

    assert found() == sorted(names)
    assert found("name DESC") == sorted(names, reverse=True)
    client.update_registered_model(names[5], description="touched")
    assert found("last_updated_timestamp DESC")[0] == names[5]
    assert found("timestamp ASC", "name DESC")[-1] == names[5]


def test_models_page_by_page(client, names, word):
    for size in (1, 5, 6, 12, 13):
        for order in ("name ASC", "name DESC"):
            found, sizes = page_through(
                client.search_registered_models, f"name LIKE '{word}%'", size=size, order_by=[order]
            )
            assert [m.name for m in found] == sorted(names, reverse=order.endswith("DESC"))
            assert all(s == size for s in sizes[:-1])
            assert 0 < sizes[-1] <= size


def test_a_model_that_goes_while_pages_are_read(client, names, word):
    extra = client.create_registered_model(f"{word}-00 extra").name
    first = client.search_registered_models(f"name LIKE '{word}%'", max_results=4)
    client.delete_registered_model(extra)
    rest = client.search_registered_models(f"name LIKE '{word}%'", max_results=100, page_token=first.token)
    found = [m.name for m in [*first, *rest]]
    assert len(set(found)) == len(found)
    assert set(found) <= {*names, extra}


def test_versions_of_a_run_and_of_a_model(client, versions, word):
    def found(condition):
        return sorted((v.name, int(v.version)) for v in client.search_model_versions(condition))

    even, odd = f"{word}-00", f"{word}-01"
    assert found(f"run_id = '{versions}'") == [(even, 1), (even, 2), (even, 3), (odd, 1), (odd, 2)]
    assert found(f"name = '{odd}'") == [(odd, 1), (odd, 2), (odd, 3)]
    assert found(f"name = '{odd}' AND run_id = '{versions}'") == [(odd, 1), (odd, 2)]
    assert found("name = 'nobody'") == []


@since(2, 0)
def test_versions_by_tag_in_order_page_by_page(client, versions, word):
    def found(condition, **options):
        searched = client.search_model_versions(f"name LIKE '{word}%' AND {condition}", **options)
        return [v.tags["nth"] for v in searched]

    assert found("tags.nth = '4'") == ["4"]
    assert sorted(found("tags.nth != '4'")) == ["0", "1", "2", "3", "5"]
    assert found(f"run_id IN ('{versions}')", order_by=["name DESC", "version_number ASC"]) == ["1", "3", "0", "2", "4"]
    assert found("version_number > 1", order_by=["version_number DESC", "name ASC"]) == ["4", "5", "2", "3"]
    for size in (1, 2, 3, 7):
        pages, _ = page_through(
            client.search_model_versions, f"name LIKE '{word}%'", size=size, order_by=["creation_timestamp ASC", "name DESC"]
        )
        assert sorted(v.tags["nth"] for v in pages) == ["0", "1", "2", "3", "4", "5"]


def test_what_cannot_be_searched(client, names):
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_registered_models("name ~ 'x'")
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_registered_models("owner = 'x'")
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_registered_models(order_by=["description ASC"])
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_registered_models(page_token="made up")
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_model_versions("stage = 'Production'" if VERSION >= (2, 0) else "owner = 'x'")
