package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestClientBehindProxies(t *testing.T) {
	const proxy, client, faked = "10.0.0.7", "203.0.113.9", "198.51.100.1"
	cases := map[string]struct {
		trusted, peer, custom, standard, want string
	}{
		"nobody is trusted":                   {"", proxy, client, "", proxy},
		"a stranger names another":            {"10.0.0.0/8", client, faked, "for=" + faked, client},
		"the proxy names the client":          {"10.0.0.0/8", proxy, client, "", client},
		"a single address is trusted":         {"127.0.0.1," + proxy, proxy, client, "", client},
		"the proxy names nobody":              {"10.0.0.0/8", proxy, "", "", proxy},
		"the client began the list":           {"10.0.0.0/8", proxy, faked + ", " + client, "", client},
		"the client claims to be the proxy":   {"10.0.0.0/8", proxy, faked + ", 10.0.0.7, " + client, "", client},
		"two trusted proxies":                 {"10.0.0.0/8", proxy, faked + "," + client + ",10.0.0.8", "", client},
		"all are trusted":                     {"10.0.0.0/8", proxy, "10.1.1.1, 10.0.0.8", "", "10.1.1.1"},
		"no address in between":               {"10.0.0.0/8", proxy, client + ", unknown, 10.0.0.8", "", "10.0.0.8"},
		"no address at all":                   {"10.0.0.0/8", proxy, "<script>", "", proxy},
		"with a port":                         {"10.0.0.0/8", proxy, client + ":5678", "", client},
		"IPv4 as IPv6":                        {"10.0.0.0/8", "[::ffff:10.0.0.7]", "::ffff:" + client, "", client},
		"IPv6":                                {"fd00::/8", "[fd00::7]", "2001:db8::9", "", "[2001:db8::9]"},
		"Forwarded":                           {"10.0.0.0/8", proxy, "", "for=" + faked + `, For="` + client + `:1";proto=https`, client},
		"Forwarded with IPv6":                 {"10.0.0.0/8", proxy, "", `for="[2001:db8::9]:4711"`, "[2001:db8::9]"},
		"Forwarded with a name":               {"10.0.0.0/8", proxy, "", "for=" + client + ", for=_hidden", proxy},
		"Forwarded without a client":          {"10.0.0.0/8", proxy, "", "for=" + client + ", proto=https", proxy},
		"a quote left open":                   {"10.0.0.0/8", proxy, "", `for="` + faked + ", for=" + client, client},
		"both headers agree":                  {"10.0.0.0/8", proxy, faked + "," + client, "for=" + client, client},
		"the client wrote the other header":   {"10.0.0.0/8", proxy, client, "for=" + faked, proxy},
		"the client wrote the customary one":  {"10.0.0.0/8", proxy, faked, "for=" + client, proxy},
		"a network is meant, not its address": {"10.9.9.9/8", proxy, client, "", client},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var trusted trustedProxies
			if err := trusted.UnmarshalText([]byte(c.trusted)); err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.peer + ":4242"
			for value := range strings.SplitSeq(c.custom, ", ") { // some proxies add a line, others add to the line
				if value != "" {
					r.Header.Add("X-Forwarded-For", value)
				}
			}
			if c.standard != "" {
				r.Header.Set("Forwarded", c.standard)
			}
			got := ""
			trusted.resolve(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).ServeHTTP(httptest.NewRecorder(), r)
			if host := got[:strings.LastIndexByte(got, ':')]; host != c.want {
				t.Errorf("%s, want %s", host, c.want)
			}
			if r.RemoteAddr != c.peer+":4242" {
				t.Error("the server's own request was changed")
			}
		})
	}
}

func TestTrustedProxiesAreNetworks(t *testing.T) {
	for _, text := range []string{"proxy.example", "10.0.0.0/33", "10.0.0.1-9", "[10.0.0.1]"} {
		var trusted trustedProxies
		if err := trusted.UnmarshalText([]byte("127.0.0.1, " + text)); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
