"""The files of a small Common Cartridge, as learning platforms write them."""

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
MP4 = b"\x00\x00\x00\x18ftypisom" + bytes(40)


def manifest(version: str = "3") -> str:
    """`version`: the part after the dot, of Common Cartridge 1.1 to 1.3."""
    v = f"imscc_xmlv1p{version}"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="m1" xmlns="http://www.imsglobal.org/xsd/imsccv1p{version}/imscp_v1p1"
  xmlns:lomimscc="http://ltsc.ieee.org/xsd/imsccv1p{version}/LOM/manifest">
 <metadata>
  <schema>IMS Common Cartridge</schema><schemaversion>1.{version}.0</schemaversion>
  <lomimscc:lom><lomimscc:general>
   <lomimscc:title><lomimscc:string>Light &amp; Colour</lomimscc:string></lomimscc:title>
   <lomimscc:language>en-GB</lomimscc:language>
   <lomimscc:description><lomimscc:string>&lt;p&gt;All about &lt;b&gt;light&lt;/b&gt;&lt;/p&gt;</lomimscc:string></lomimscc:description>
  </lomimscc:general></lomimscc:lom>
 </metadata>
 <organizations><organization identifier="o" structure="rooted-hierarchy"><item identifier="root">
  <item identifier="loose" identifierref="r_welcome"><title>Welcome</title></item>
  <item identifier="week1"><title>Week 1</title>
   <item identifier="i1" identifierref="r_page"><title>What is light?</title></item>
   <item identifier="folder"><title>Deeper</title>
    <item identifier="i2" identifierref="r_film"><title>A film</title></item>
    <item identifier="i3" identifierref="r_link"><title>A [link]</title></item>
   </item>
   <item identifier="i4" identifierref="r_quiz"><title>Quiz</title></item>
   <item identifier="i5" identifierref="r_talk"><title>Talk about it</title></item>
   <item identifier="i6" identifierref="r_lti"><title>A tool</title></item>
   <item identifier="i7"><title>Just a heading</title></item>
   <item identifier="i8" identifierref="r_gone"><title>Gone</title></item>
  </item>
 </item></organization></organizations>
 <resources>
  <resource identifier="r_welcome" type="webcontent" href="welcome.html"><file href="welcome.html"/></resource>
  <resource identifier="r_page" type="webcontent" href="pages/light.html"><file href="pages/light.html"/></resource>
  <resource identifier="r_leaf" type="webcontent" href="web_resources/leaf one.png"><file href="web_resources/leaf one.png"/></resource>
  <resource identifier="r_film" type="webcontent" href="film.mp4"><file href="film.mp4"/></resource>
  <resource identifier="r_program" type="webcontent" href="run.exe"><file href="run.exe"/></resource>
  <resource identifier="r_link" type="imswl_xmlv1p{version}"><file href="link.xml"/></resource>
  <resource identifier="r_quiz" type="imsqti_xmlv1p2/{v}/assessment"><file href="quiz.xml"/></resource>
  <resource identifier="r_talk" type="imsdt_xmlv1p{version}"><file href="talk.xml"/></resource>
  <resource identifier="r_lti" type="imsbasiclti_xmlv1p0"><file href="lti.xml"/></resource>
  <resource identifier="r_gone" type="webcontent" href="gone.html"><file href="gone.html"/></resource>
 </resources>
</manifest>"""


PAGE = """<html><head><title>x</title><style>p {}</style></head><body><h2>Light</h2>
<p>It is <strong>fast</strong>: <a href="https://example.org/?a=1&amp;b=2">see</a> or <a href="javascript:alert(1)">click</a>.</p>
<p><img src="%24IMS-CC-FILEBASE%24/leaf%20one.png?canvas_download=1" alt="a leaf"/> <img src="../../etc/passwd" alt="nothing"/></p>
<script>alert(1)</script><ul><li>red</li><li>blue</li></ul>
<video controls><source src="../film.mp4"/></video></body></html>"""

LINK = """<?xml version="1.0"?><webLink xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imswl_v1p3">
<title>A link</title><url href="https://example.org/light?x=1&amp;y=2" target="_blank"/></webLink>"""


def item(profile: str, presentation: str, conditions: str, more: str = "") -> str:
    return f"""<item ident="i"><itemmetadata><qtimetadata>
 <qtimetadatafield><fieldlabel>cc_profile</fieldlabel><fieldentry>cc.{profile}.v0p1</fieldentry></qtimetadatafield>
 <qtimetadatafield><fieldlabel>cc_weighting</fieldlabel><fieldentry>2</fieldentry></qtimetadatafield></qtimetadata></itemmetadata>
 <presentation><material><mattext texttype="text/html">{presentation}
 <resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>{conditions}</resprocessing>
 {more}</item>"""


def lid(question: str, cardinality: str, *choices: tuple[str, str]) -> str:
    labels = "".join(
        f'<response_label ident="{key}"><material><mattext texttype="text/plain">{text}</mattext></material></response_label>'
        for key, text in choices
    )
    return (
        f'{question}</mattext></material><response_lid ident="r" rcardinality="{cardinality}"><render_choice>{labels}'
        "</render_choice></response_lid></presentation>"
    )


def scores(condition: str) -> str:
    return (
        f'<respcondition continue="No"><conditionvar>{condition}</conditionvar>'
        '<setvar action="Set" varname="SCORE">100</setvar></respcondition>'
    )


def is_(*values: str) -> str:
    return "".join(f'<varequal respident="r">{value}</varequal>' for value in values)


_FEEDBACK = '<itemfeedback ident="general_fb"><flow_mat><material><mattext texttype="text/html">&lt;p&gt;Because.&lt;/p&gt;</mattext></material></flow_mat></itemfeedback>'
_SHOWN = '<respcondition continue="Yes"><conditionvar><other/></conditionvar><displayfeedback linkrefid="general_fb"/></respcondition>'
ITEMS = (
    item(
        "multiple_choice",
        lid(
            "&lt;p&gt;What is &lt;i&gt;faster&lt;/i&gt;?&lt;/p&gt;", "Single", ("a", "sound"), ("b", "light")
        ),
        _SHOWN + scores(is_("b")),
        _FEEDBACK,
    ),
    item(
        "multiple_response",
        lid("Which are colours?", "Multiple", ("a", "red"), ("b", "loud"), ("c", "blue")),
        scores(f"<and>{is_('a', 'c')}<not>{is_('b')}</not></and>"),
    ),
    item("true_false", lid("Light is a wave.", "Single", ("t", "True"), ("f", "False")), scores(is_("t"))),
    item(
        "fib",
        'Grass is</mattext></material><response_str ident="r" rcardinality="Single"><render_fib/></response_str></presentation>',
        scores(is_("green")) + scores(is_("Green coloured")),
    ),
    item(
        "essay",
        'Write</mattext></material><response_str ident="r"><render_fib/></response_str></presentation>',
        "",
    ),
    item("multiple_choice", lid("Nothing is right", "Single", ("a", "x"), ("b", "y")), ""),
)
QUIZ = f"""<?xml version="1.0"?><questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">
<assessment ident="q" title="Quiz"><qtimetadata>
<qtimetadatafield><fieldlabel>cc_profile</fieldlabel><fieldentry>cc.exam.v0p1</fieldentry></qtimetadatafield>
<qtimetadatafield><fieldlabel>qmd_timelimit</fieldlabel><fieldentry>15</fieldentry></qtimetadatafield>
<qtimetadatafield><fieldlabel>cc_maxattempts</fieldlabel><fieldentry>2</fieldentry></qtimetadatafield></qtimetadata>
<section ident="root_section">{"".join(ITEMS)}</section></assessment></questestinterop>"""


def files(version: str = "3") -> dict[str, bytes]:
    return {
        "imsmanifest.xml": manifest(version).encode(), "welcome.html": b"<p>Hello</p>", "pages/light.html": PAGE.encode(),
        "web_resources/leaf one.png": PNG, "film.mp4": MP4, "run.exe": b"MZ", "link.xml": LINK.encode(),
        "quiz.xml": QUIZ.encode(), "talk.xml": b"<topic/>", "lti.xml": b"<x/>",
    }  # fmt: skip
