"""The documented procedure of rotating imported key material, by AWS's own client for Python.

Takes the URL of an embedded KMS that was started with --rotation-delay 5s and --replica-material-delay 10s, and prints
how many checks passed.
"""

import json
import os
import sys
import urllib.request
from datetime import datetime, timedelta

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

url = sys.argv[1]
checks = 0
clients = {}


def check(found, expected, what):
    global checks
    assert found == expected, f"{what}: {found!r} instead of {expected!r}"
    checks += 1


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/_byok/{path}", data=data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def advance(by):
    control("PUT", "clock", {"advance": by})


def now():
    return datetime.fromisoformat(control("GET", "clock")["now"].replace("Z", "+00:00"))


def kms(region="us-east-1"):
    if region not in clients:
        clients[region] = boto3.client(
            "kms",
            endpoint_url=url,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}),
        )
    return clients[region]


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "none"


def put(key, material, region="us-east-1", **options):
    parameters = kms(region).get_parameters_for_import(
        KeyId=key, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
    )
    wrapping_key = serialization.load_der_public_key(parameters["PublicKey"])
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    days = options.pop("days", None)
    life = (
        {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
        if days is None
        else {"ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": now() + timedelta(days=days)}
    )
    return kms(region).import_key_material(
        KeyId=key,
        ImportToken=parameters["ImportToken"],
        EncryptedKeyMaterial=wrapping_key.encrypt(material, oaep),
        **life,
        **options,
    )["KeyMaterialId"]


def new(key, material, **options):
    return put(key, material, ImportType="NEW_KEY_MATERIAL", **options)


def existing(key, material, region="us-east-1", **options):
    return put(key, material, region, ImportType="EXISTING_KEY_MATERIAL", **options)


def described(key, region="us-east-1"):
    return kms(region).describe_key(KeyId=key)["KeyMetadata"]


def rotations(key, region="us-east-1", **options):
    pages = kms(region).get_paginator("list_key_rotations")
    return list(pages.paginate(KeyId=key, **options).search("Rotations[]"))


def materials(key, region="us-east-1", page_size=100):
    options = {"IncludeKeyMaterial": "ALL_KEY_MATERIAL", "PaginationConfig": {"PageSize": page_size}}
    return [
        (entry["KeyMaterialId"], entry["KeyMaterialState"], entry["ImportState"])
        for entry in rotations(key, region, **options)
    ]


def status(key, region="us-east-1"):
    return kms(region).get_key_rotation_status(KeyId=key)


def rotate_and_poll(key, wanted, region="us-east-1"):
    kms(region).rotate_key_on_demand(KeyId=key)
    polls = 0
    while described(key, region)["CurrentKeyMaterialId"] != wanted:
        check("OnDemandRotationStartDate" in status(key, region), True, "a running rotation has a start")
        advance("1s")
        polls += 1
    check(polls, 5, "polls until a rotation of 5 s is done")
    check("OnDemandRotationStartDate" in status(key, region), False, "a rotation that is done has no start")


def sealed(key, text, region="us-east-1"):
    return kms(region).encrypt(KeyId=key, Plaintext=text)["CiphertextBlob"]


def opened(ciphertext, region="us-east-1"):
    return kms(region).decrypt(CiphertextBlob=ciphertext)["Plaintext"]


def single_region():
    key = kms().create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    old, next_ = os.urandom(32), os.urandom(32)
    check(refusal(kms().rotate_key_on_demand, KeyId=key), "KMSInvalidStateException", "a key without material")
    first = put(key, old, KeyMaterialDescription="the first")
    check(materials(key), [(first, "CURRENT", "IMPORTED")], "one material")
    check(refusal(kms().rotate_key_on_demand, KeyId=key), "KMSInvalidStateException", "nothing waits")
    check(status(key)["KeyRotationEnabled"], False, "imported material is not rotated automatically")
    text = sealed(key, b"old")

    second = new(key, next_, KeyMaterialDescription="the second", days=30)
    waiting = [(first, "CURRENT", "IMPORTED"), (second, "PENDING_ROTATION", "IMPORTED")]
    check(materials(key), waiting, "new material waits")
    check(rotations(key), [], "without ALL_KEY_MATERIAL only completed rotations are listed")
    check(described(key)["CurrentKeyMaterialId"], first, "the current one stays")
    check("ValidTo" in described(key), False, "material that waits does not count for the expiry")
    try:
        new(key, os.urandom(32))
        check("none", "KMSInvalidStateException", "a second new material")
    except kms().exceptions.KMSInvalidStateException as error:
        check("is pending rotation" in str(error), True, "the error names what waits")

    rotate_and_poll(key, second)
    check(materials(key), [(first, "NON_CURRENT", "IMPORTED"), (second, "CURRENT", "IMPORTED")], "rotated")
    (done,) = rotations(key)
    check((done["RotationType"], done["KeyMaterialDescription"]), ("ON_DEMAND", "the second"), "the rotation")
    check(done["ValidTo"], described(key)["ValidTo"], "the expiry is that of the key")
    check(opened(text), b"old", "old ciphertexts open")
    fresh = sealed(key, b"new")

    # Either material lapses; either comes back with the same bytes only.
    for lost, bytes_, what in ((first, old, "former"), (second, next_, "current")):
        kms().delete_imported_key_material(KeyId=key, KeyMaterialId=lost)
        check(described(key)["KeyState"], "PendingImport", f"a key without its {what} material")
        check(refusal(kms().decrypt, CiphertextBlob=fresh), "KMSInvalidStateException", f"without its {what}")
        check(refusal(existing, key=key, material=os.urandom(32)), "IncorrectKeyMaterialException", "other bytes")
        check(existing(key, bytes_, KeyMaterialId=lost), lost, f"the {what} is back")
        check((opened(text), opened(fresh)), (b"old", b"new"), "all ciphertexts open")
    check(materials(key)[0][0], first, "the order stays")

    # Aborted before the rotation.
    third = new(key, os.urandom(32))
    deleted = kms().delete_imported_key_material(KeyId=key, KeyMaterialId=third)
    check(deleted["KeyMaterialId"], third, "what was deleted")
    check(described(key)["KeyState"], "Enabled", "an abort changes nothing")
    check([entry[0] for entry in materials(key)], [first, second], "the material is gone")
    fourth = new(key, os.urandom(32))
    rotate_and_poll(key, fourth)
    check(len(rotations(key)), 2, "two rotations")

    events = [event for event in control("GET", "events")["events"] if event["detail"]["key-id"] == key]
    check(
        [(event["detail"]["previous-key-material-id"], event["detail"]["current-key-material-id"]) for event in events],
        [(first, second), (second, fourth)],
        "events of both rotations",
    )


def multi_region():
    regions = ("us-east-1", "eu-west-1", "ap-south-1")
    key = kms().create_key(Origin="EXTERNAL", MultiRegion=True)["KeyMetadata"]["KeyId"]
    bytes_ = [os.urandom(32), os.urandom(32), os.urandom(32)]
    ids = [put(key, bytes_[0])]
    for region in regions[1:]:
        kms().replicate_key(KeyId=key, ReplicaRegion=region)
        check(existing(key, bytes_[0], region), ids[0], "the id is the same in each Region")
    texts = [sealed(key, b"0", "eu-west-1")]

    for round_ in (1, 2):
        material = bytes_[round_]
        check(refusal(put, key=key, material=material, region="eu-west-1", ImportType="NEW_KEY_MATERIAL"),
              "ValidationException", "new material on a replica")
        ids.append(new(key, material))
        pending = (ids[round_], "PENDING_MULTI_REGION_IMPORT_AND_ROTATION", "IMPORTED")
        check(materials(key)[-1], pending, "the primary waits for its replicas")
        check(refusal(existing, key=key, material=material, region="eu-west-1"),
              "IncorrectKeyMaterialException", "a replica that does not know of it")
        advance("10s")
        for region in regions[1:]:
            check(materials(key, region)[-1], (*pending[:2], "PENDING_IMPORT"), f"{region} lacks it")
            check(refusal(kms().rotate_key_on_demand, KeyId=key), "KMSInvalidStateException", f"{region} lacks it")
            check(existing(key, material, region), ids[round_], f"import into {region}")
        for region in regions:
            check(materials(key, region)[-1], (ids[round_], "PENDING_ROTATION", "IMPORTED"), f"{region} has it")
        check(refusal(kms("eu-west-1").rotate_key_on_demand, KeyId=key), "UnsupportedOperationException", "a replica")
        rotate_and_poll(key, ids[round_])
        texts.append(sealed(key, str(round_).encode(), regions[round_]))
        for region in regions:
            check(described(key, region)["CurrentKeyMaterialId"], ids[round_], f"rotated in {region}")
            check([opened(text, region) for text in texts],
                  [str(n).encode() for n in range(round_ + 1)], f"every text opens in {region}")

    # A Region more, after two rotations.
    kms().replicate_key(KeyId=key, ReplicaRegion="sa-east-1")
    check([entry[1:] for entry in materials(key, "sa-east-1")],
          [(state, "PENDING_IMPORT") for state in ("NON_CURRENT", "NON_CURRENT", "CURRENT")], "a new replica lacks all")
    for material in bytes_:
        check(described(key, "sa-east-1")["KeyState"], "PendingImport", "until it has all")
        existing(key, material, "sa-east-1")
    check([opened(text, "sa-east-1") for text in texts], [b"0", b"1", b"2"], "the new replica opens all")

    # An abort on the primary is one in all Regions.
    aborted = new(key, os.urandom(32))
    advance("10s")
    kms().delete_imported_key_material(KeyId=key, KeyMaterialId=aborted)
    for region in (*regions, "sa-east-1"):
        check([entry[0] for entry in materials(key, region)], ids, f"aborted in {region}")


def limit():
    key = kms().create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    ids = [put(key, os.urandom(32))]
    for _ in range(25):
        ids.append(new(key, os.urandom(32)))
        kms().rotate_key_on_demand(KeyId=key)
        advance("5s")
    check(described(key)["CurrentKeyMaterialId"], ids[-1], "25 rotations")
    ids.append(new(key, os.urandom(32)))
    check(refusal(kms().rotate_key_on_demand, KeyId=key), "LimitExceededException", "the 26th rotation")
    for page_size in (1, 9, 26, 27, 1000):
        check([entry[0] for entry in materials(key, page_size=page_size)], ids, f"pages of {page_size}")
    check(len(rotations(key, PaginationConfig={"PageSize": 5})), 25, "completed rotations")
    check(refusal(kms().list_key_rotations, KeyId=key, Marker="none"), "InvalidMarkerException", "a wrong marker")


for judge in (single_region, multi_region, limit):
    judge()
print(f"{checks} checks passed, boto3 {boto3.__version__}")
