"""The page at `/enter`: takes the secret out of the address's fragment, hands it over, and goes on to the
app.

It is the only page that is shown without a session, so it says nothing of what lies behind it. Its script
and style are allowed by their hashes; nothing else runs or loads.
"""

from __future__ import annotations

import base64
import hashlib

STYLE = (
    "body{margin:0;background:#FBF8F2;color:#1F1C18;font:16px/1.7 sans-serif}"
    "main{max-width:34rem;margin:20vh auto 0;padding:0 16px}p{margin:0 0 12px}"
    "@media(prefers-color-scheme:dark){body{background:#171512;color:#EAE3D8}}"
)

# The fragment is taken out of the address bar and the history before anything is asked of the server.
SCRIPT = (
    "const secret=location.hash.slice(1);history.replaceState(null,'',location.pathname);"
    "const shut=()=>{document.querySelector('main').hidden=false};"
    "if(!secret){location.replace('/')}else{"
    "fetch('/enter',{method:'POST',body:secret,credentials:'same-origin'})"
    ".then(r=>{if(r.status===204){location.replace('/')}else{shut()}}).catch(shut)}"
)

SENTENCES = (
    "<p lang=en>This address opens nothing. Start again, and open the address that is printed then.</p>"
    "<p lang=bn>এই ঠিকানায় কিছু খোলে না। আবার শুরু করুন, তারপর যে ঠিকানা দেখানো হয় সেটি খুলুন।</p>"
    "<p lang=km>អាសយដ្ឋាននេះមិនបើកអ្វីទេ។ សូមចាប់ផ្តើមម្តងទៀត រួចបើកអាសយដ្ឋានដែលបង្ហាញ។</p>"
)

ENTRANCE_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8>"
    '<meta name=viewport content="width=device-width,initial-scale=1"><title>Notes</title>'
    f"<style>{STYLE}</style><main hidden>{SENTENCES}</main><script>{SCRIPT}</script></html>"
).encode()


def source_hash(text: str) -> str:
    """Give the CSP source that allows exactly this inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


ENTRANCE_POLICY = (
    f"default-src 'none'; script-src {source_hash(SCRIPT)}; style-src {source_hash(STYLE)}; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)
