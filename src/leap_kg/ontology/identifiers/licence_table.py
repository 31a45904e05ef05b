"""What people write where a licence belongs: names that mean one licence, and texts that mean none.

Both tables are read with keys in the form that `licence_key` gives. A name is listed only where it
can mean one SPDX identifier; whatever could mean two is among the vague ones, with what it leaves open.
"""

import re
import unicodedata

from leap_kg.ontology.identifiers.result import Refusal

_NOISE = {"the", "license", "licence", "licensed", "under", "version", "ver", "v"}


def licence_key(text: str) -> str:
    """The text in lower case, without punctuation and words such as `license` and `version`."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    # Letters of other scripts stay, so that a text in them is not mistaken for the Latin words beside it.
    words = re.sub(r"[^\w.+]+|_", " ", plain).split()
    bare = (re.sub(r"^v(?=[0-9])", "", word.strip(".")) for word in words)
    return " ".join(word for word in bare if word and word not in _NOISE)


# SPDX identifier: its name in words, then other names that mean it and nothing else.
NAMES: dict[str, tuple[str, ...]] = {
    "AGPL-3.0-only": ("GNU Affero General Public License 3.0 only",),
    "AGPL-3.0-or-later": ("GNU Affero General Public License 3.0 or later", "AGPL 3.0+", "AGPL 3+"),
    "Apache-2.0": (
        "Apache License 2.0",
        "Apache 2",
        "Apache Software License 2.0",
        "Apache Software License 2",
        "ASL 2.0",
        "Apache2",
        "Apache2.0",
    ),
    "Artistic-2.0": ("Artistic License 2.0",),
    "BSD-2-Clause": ('BSD 2-Clause "Simplified" License', "Simplified BSD", "FreeBSD", "BSD 2", "2-Clause BSD"),
    "BSD-3-Clause": (
        'BSD 3-Clause "New" or "Revised" License',
        "New BSD",
        "Modified BSD",
        "Revised BSD",
        "BSD 3",
        "BSD3",
        "3-Clause BSD",
        "BSD 3 Clause New",
        "BSD 3 Clause Revised",
    ),
    "BSL-1.0": ("Boost Software License 1.0",),
    "CC0-1.0": (
        "Creative Commons Zero 1.0 Universal",
        "NASA Open Data - Creative Commons Zero",
        "CC0 Public Domain Dedication",
        "CC0 1.0 Universal (CC0 1.0) Public Domain Dedication",
        "CC0 Waiver",
    ),
    "CC-PDDC": ("Creative Commons Public Domain Dedication and Certification",),
    "CC-PDM-1.0": ("Creative Commons Public Domain Mark 1.0 Universal", "Public Domain Mark", "Public Domain Mark 1.0"),
    "CDLA-Permissive-1.0": ("Community Data License Agreement Permissive 1.0",),
    "CDLA-Permissive-2.0": ("Community Data License Agreement Permissive 2.0",),
    "CDLA-Sharing-1.0": ("Community Data License Agreement Sharing 1.0",),
    "DL-DE-BY-2.0": ("Data licence Germany – attribution – version 2.0", "Datenlizenz Deutschland Namensnennung 2.0"),
    "DL-DE-ZERO-2.0": ("Data licence Germany – zero – version 2.0", "Datenlizenz Deutschland Zero 2.0"),
    "EPL-2.0": ("Eclipse Public License 2.0",),
    "etalab-2.0": ("Etalab Open License 2.0", "Licence Ouverte 2.0", "Licence Ouverte / Open Licence 2.0"),
    "EUPL-1.2": ("European Union Public License 1.2", "European Union Public Licence 1.2"),
    "GPL-2.0-only": ("GNU General Public License 2.0 only",),
    "GPL-2.0-or-later": ("GNU General Public License 2.0 or later", "GPL 2.0+", "GPL 2+", "GPLv2+", "GPL 2 or later"),
    "GPL-3.0-only": ("GNU General Public License 3.0 only",),
    "GPL-3.0-or-later": ("GNU General Public License 3.0 or later", "GPL 3.0+", "GPL 3+", "GPLv3+", "GPL 3 or later"),
    "ISC": ("ISC License",),
    "LGPL-2.1-only": ("GNU Lesser General Public License 2.1 only",),
    "LGPL-2.1-or-later": ("GNU Lesser General Public License 2.1 or later", "LGPL 2.1+"),
    "LGPL-3.0-only": ("GNU Lesser General Public License 3.0 only",),
    "LGPL-3.0-or-later": ("GNU Lesser General Public License 3.0 or later", "LGPL 3.0+", "LGPL 3+"),
    "MIT": ("MIT License", "Expat", "MIT Expat"),
    "MPL-2.0": ("Mozilla Public License 2.0", "MPL 2"),
    "NCGL-UK-2.0": (
        "Non-Commercial Government Licence 2.0",
        "UK Non-Commercial Government License 2.0",
        "Non-Commercial Government Licence for public sector information 2.0",
    ),
    "O-UDA-1.0": ("Open Use of Data Agreement 1.0",),
    "ODC-By-1.0": (
        "Open Data Commons Attribution License 1.0",
        "ODC-By",
        "Open Data Commons Attribution",
        "Open Data Commons Attribution License (ODC-By) v1.0",
    ),
    "ODbL-1.0": (
        "Open Data Commons Open Database License 1.0",
        "ODbL",
        "Open Database License",
        "Open Database License 1.0",
        "Open Data Commons Open Database License",
        "Open Data Commons Open Database License (ODbL) v1.0",
    ),
    "OGL-Canada-2.0": ("Open Government Licence - Canada 2.0",),
    "OGL-UK-3.0": ("Open Government Licence 3.0", "UK Open Government Licence 3.0", "OGL UK 3", "OGL 3.0", "OGL 3"),
    "PDDL-1.0": (
        "Open Data Commons Public Domain Dedication & License 1.0",
        "PDDL",
        "Open Data Commons Public Domain Dedication and License",
        "Open Data Commons Public Domain Dedication and License 1.0",
    ),
    "PSF-2.0": ("Python Software Foundation License 2.0",),
    "Unlicense": ("The Unlicense", "Unlicensed public domain dedication"),
    "Zlib": ("zlib License",),
}

# Licence pages by `host/path` in lower case, without `www.`, a final slash, query or fragment.
PAGES: dict[str, str] = {
    "apache.org/licenses/license-2.0": "Apache-2.0",
    "apache.org/licenses/license-2.0.html": "Apache-2.0",
    "apache.org/licenses/license-2.0.txt": "Apache-2.0",
    "choosealicense.com/licenses/apache-2.0": "Apache-2.0",
    "choosealicense.com/licenses/bsd-3-clause": "BSD-3-Clause",
    "choosealicense.com/licenses/mit": "MIT",
    "creativecommons.org/licenses/publicdomain": "CC-PDDC",
    "mozilla.org/en-us/mpl/2.0": "MPL-2.0",
    "mozilla.org/mpl/2.0": "MPL-2.0",
    "nationalarchives.gov.uk/doc/non-commercial-government-licence/version/2": "NCGL-UK-2.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/1": "OGL-UK-1.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/2": "OGL-UK-2.0",
    "nationalarchives.gov.uk/doc/open-government-licence/version/3": "OGL-UK-3.0",
    "opendatacommons.org/licenses/by/1-0": "ODC-By-1.0",
    "opendatacommons.org/licenses/by/1.0": "ODC-By-1.0",
    "opendatacommons.org/licenses/odbl/1-0": "ODbL-1.0",
    "opendatacommons.org/licenses/odbl/1.0": "ODbL-1.0",
    "opendatacommons.org/licenses/pddl/1-0": "PDDL-1.0",
    "opendatacommons.org/licenses/pddl/1.0": "PDDL-1.0",
    "unlicense.org": "Unlicense",
}

_EXACT = "ask the provider, then write the SPDX identifier, such as CC-BY-4.0"
_PUBLIC_DOMAIN = Refusal(
    "a statement that the public owns it, not a licence",
    "write CC0-1.0 if the rights were waived so, or CC-PDM-1.0 if there never were any",
)
_UNKNOWN = Refusal("says only that the licence is not known", _EXACT)
_RESTRICTED = Refusal("says that use is restricted, but not by which terms", "give the terms as license_link")
_OPEN = Refusal("says that use is open, but not under which licence", _EXACT)
_SEVERAL = Refusal("says that there are several licences or another one, but not which", _EXACT)
_TEST = Refusal("a placeholder, not a licence", "write the SPDX identifier of the real licence, such as CC-BY-4.0")
_NONE = Refusal("says that there is no licence, so nobody knows what may be done with the data", _EXACT)
_GPL = Refusal(
    "a GNU licence, but its version or whether later versions count is missing",
    "write for example GPL-3.0-only or GPL-3.0-or-later",
)


def _vague(refusal: Refusal, *texts: str) -> dict[str, Refusal]:
    return {licence_key(text): refusal for text in texts}


# Texts that name no single licence, with what they leave open. `GPL-3.0` with its hyphen is not among them:
# SPDX defines that old identifier as GPL-3.0-only.
VAGUE: dict[str, Refusal] = {
    **_vague(_UNKNOWN, "unknown", "unspecified", "not specified", "not known", "undefined", "not provided"),
    **_vague(_RESTRICTED, "proprietary", "commercial", "all rights reserved", "copyright", "closed", "restricted"),
    **_vague(_RESTRICTED, "academic use only", "research use only", "non-commercial", "non-commercial use only"),
    **_vague(_OPEN, "open", "open data", "open access", "open source", "open license", "free", "freely available"),
    **_vague(_OPEN, "no constraints on data access or use", "no constraints", "no restrictions", "unrestricted"),
    **_vague(_PUBLIC_DOMAIN, "public domain", "public", "US Government Work", "U.S. Public Domain", "PD"),
    **_vague(_SEVERAL, "various", "other", "other open", "multiple", "mixed", "custom", "see website", "see link"),
    **_vague(_TEST, "just a test", "test", "testing", "tbd", "to be determined", "to do", "todo", "placeholder"),
    **_vague(_TEST, "xxx", "example", "dummy", "your license", "fixme"),
    **_vague(_NONE, "none", "no", "no license", "not applicable", "n/a", "na", "null", "nil"),
    **_vague(_GPL, "gpl", "gnu gpl", "gpl 2", "gpl 3", "gpl 2.0", "gpl 3.0", "gnu gpl 2", "gnu gpl 3", "lgpl", "agpl"),
    **_vague(_GPL, "gplv2", "gplv3", "gnu gplv2", "gnu gplv3", "lgplv2.1", "lgplv3", "agplv3"),
    **_vague(_GPL, "lgpl 2.1", "lgpl 3", "lgpl 3.0", "agpl 3", "agpl 3.0", "gnu lgpl", "gnu agpl"),
    **_vague(_GPL, "GNU General Public License", "GNU General Public License 2", "GNU General Public License 3"),
    **_vague(_GPL, "GNU General Public License 2.0", "GNU General Public License 3.0"),
    **_vague(_GPL, "GNU Lesser General Public License", "GNU Affero General Public License"),
    **_vague(
        Refusal("a BSD licence, but the number of its clauses is missing", "write BSD-3-Clause or BSD-2-Clause"), "bsd"
    ),
    **_vague(
        Refusal("an Apache licence whose version is missing", "write Apache-2.0 if version 2.0 is meant"),
        "apache",
        "apache software",
        "asl",
    ),
    **_vague(
        Refusal("an Open Government Licence, but not of which country and version", "write for example OGL-UK-3.0"),
        "ogl",
        "open government",
        "uk open government",
    ),
    **_vague(
        Refusal("a Non-Commercial Government Licence whose version is missing", "write NCGL-UK-2.0 if that is meant"),
        "uk non-commercial government",
        "non-commercial government",
    ),
    **_vague(
        Refusal("an Etalab licence whose version is missing", "write etalab-2.0 if version 2.0 is meant"),
        "etalab",
        "licence ouverte",
        "ouverte",
    ),
}
