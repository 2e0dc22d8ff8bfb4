"""Questions to the reporter and their answers behind the private link."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.builders import Town

from weiwang.cases.links import private_token
from weiwang.cases.models import Case, Photo
from weiwang.cases.rules import State, Step

QUESTION = "请问是几号楼门口的路灯？"


def url(case: Case, name: str = "portal:case") -> str:
    return reverse(name, args=[case.pk, private_token(case.pk)])


def asked(town: Town) -> Case:
    case = town.step(town.report(), Step.REGISTER, "gridhead")
    return town.step(case, Step.ASK_REPORTER, "gridhead", QUESTION)


def picture() -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (80, 60), "green").save(file, "JPEG")
    return SimpleUploadedFile("lamp.jpg", file.getvalue(), "image/jpeg")


def test_a_question_is_answered_with_a_photo_and_the_case_goes_on(town: Town, client: Client) -> None:
    case = asked(town)
    assert QUESTION in client.get(url(case)).content.decode()
    key = "5f1c1f0e-9d0a-4c5b-8f33-000000000001"
    sent = {"words": "3号楼东门。", "submission_key": key}
    for _ in range(2):
        answer = client.post(url(case, "portal:answer"), {**sent, "photos": picture()})
        assert (answer.status_code, answer["Location"]) == (302, url(case))
    case.refresh_from_db()
    assert case.state == State.REGISTERED
    (photo,) = Photo.objects.filter(case=case, stage="reply")
    page = client.get(url(case)).content.decode()
    assert page.count("3号楼东门。") == 1
    assert str(photo.pk) in page
    shown = reverse("portal:photo", args=[case.pk, private_token(case.pk), photo.pk, "small"])
    assert client.get(shown).status_code == 200


def test_an_empty_answer_is_asked_for_again_and_a_late_one_is_told_so(town: Town, client: Client) -> None:
    case = asked(town)
    assert client.post(url(case, "portal:answer"), {"words": " "}).status_code == 422
    town.step(case, Step.GO_ON, "gridhead")
    late = client.post(url(case, "portal:answer"), {"words": "3号楼。"})
    assert late.status_code == 409
    assert client.post(reverse("portal:answer", args=[case.pk, "x" * 22]), {"words": "a"}).status_code == 404


def test_a_question_tells_the_reporter_and_counts_as_contact(town: Town) -> None:
    from tests.builders import contact

    case = town.step(town.report(contact=contact()), Step.REGISTER, "gridhead")
    assert town.step(case, Step.ASK_REPORTER, "gridhead", QUESTION).contacted_at == town.at
