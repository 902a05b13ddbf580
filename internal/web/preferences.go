package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/i18n"
	"zveno.dev/zveno/internal/identity"
)

// preferenceAge is how long a browser remembers its language and theme.
const preferenceAge = 400 * 24 * time.Hour

// maxForm bounds an ordinary form, in bytes.
const maxForm = 64 << 10

// savePreferences keeps language and theme in the browser, and the language with the person too: mails and other browsers
// speak it then.
func (s *Site) savePreferences(w http.ResponseWriter, r *http.Request, v visit) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if lang, ok := i18n.ParseLang(r.PostFormValue("lang")); ok {
		if v.signedIn() && v.access.Lang != lang {
			err := s.DB.Write(r.Context(), s.txInfo(v), func(tx *db.Tx) error {
				return identity.ChangeLocale(r.Context(), tx, v.access.Person, string(lang))
			})
			if err != nil {
				return err
			}
		}
		setCookie(w, r, langCookie, string(lang), preferenceAge)
	}
	switch chosen := r.PostFormValue("theme"); chosen {
	case "light", "dark":
		setCookie(w, r, themeCookie, chosen, preferenceAge)
	case "auto":
		setCookie(w, r, themeCookie, "", -1)
	}
	http.Redirect(w, r, localAddress(r.PostFormValue("back")), http.StatusSeeOther)
	return nil
}

// setCookie sets a cookie that scripts cannot read and other sites do not send along. A negative age removes it.
func setCookie(w http.ResponseWriter, r *http.Request, name, value string, age time.Duration) {
	secure := r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
	seconds := int(age / time.Second)
	if age < 0 {
		seconds = -1
	}
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode})
}

// localAddress is an address on this site to go on to; anything else becomes the home page.
func localAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") ||
		strings.ContainsAny(address, "\\\r\n\t") {
		return "/"
	}
	return u.RequestURI()
}

// query writes pairs of names and values as they stand in an address, in their order. Empty values are left out.
func query(pairs ...string) string {
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			parts = append(parts, url.QueryEscape(pairs[i])+"="+url.QueryEscape(pairs[i+1]))
		}
	}
	return strings.Join(parts, "&")
}

// address is a path with a query of pairs.
func address(path string, pairs ...string) string {
	if q := query(pairs...); q != "" {
		return path + "?" + q
	}
	return path
}

// setFlash keeps the key of a text that the next page shows once.
func setFlash(w http.ResponseWriter, r *http.Request, key string) {
	setCookie(w, r, flashCookie, key, time.Minute)
}

// takeFlash gives the text that was kept for this page. Fragments leave it for the page.
func takeFlash(w http.ResponseWriter, r *http.Request) string {
	cookie, err := r.Cookie(flashCookie)
	if err != nil || r.Method != http.MethodGet || r.Header.Get("HX-Request") != "" || r.URL.Path == "/events" {
		return ""
	}
	setCookie(w, r, flashCookie, "", -1)
	if !strings.HasPrefix(cookie.Value, "flash.") {
		return ""
	}
	return cookie.Value
}
