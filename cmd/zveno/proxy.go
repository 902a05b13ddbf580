package main

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// trustedProxies are the networks of proxies that are believed when they say for whom they ask.
type trustedProxies []netip.Prefix

// UnmarshalText reads addresses and networks separated by commas.
func (t *trustedProxies) UnmarshalText(text []byte) error {
	*t = nil
	for part := range strings.SplitSeq(string(text), ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		network, err := netip.ParsePrefix(part)
		if address, addressErr := netip.ParseAddr(part); addressErr == nil {
			network, err = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen()), nil
		}
		if err != nil {
			return fmt.Errorf("%q is neither an address nor a network: expected something like 127.0.0.1 or 10.0.0.0/8, separated by commas", part)
		}
		*t = append(*t, network.Masked())
	}
	return nil
}

func (t trustedProxies) holds(address netip.Addr) bool {
	return slices.ContainsFunc(t, func(network netip.Prefix) bool { return network.Contains(address) })
}

// resolve makes a request's RemoteAddr the address of the client where the request comes from a trusted proxy. Pages and API,
// which stand behind it, need not know of proxies.
func (t trustedProxies) resolve(next http.Handler) http.Handler {
	if len(t) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil && t.holds(peer.Addr().Unmap()) {
			if client := t.client(peer.Addr().Unmap(), r.Header); client != peer.Addr().Unmap() {
				r = r.WithContext(r.Context())                        // a copy: the request belongs to the server
				r.RemoteAddr = netip.AddrPortFrom(client, 0).String() // of its port, proxies say nothing
			}
		}
		next.ServeHTTP(w, r)
	})
}

// client is who asks through the trusted proxy peer. A proxy sets one of the two headers and may pass on the other as the
// client wrote it: where they differ, neither is believed.
func (t trustedProxies) client(peer netip.Addr, header http.Header) netip.Addr {
	customary, standard := header.Values("X-Forwarded-For"), header.Values("Forwarded")
	byCustom := t.lastUntrusted(peer, strings.Split(strings.Join(customary, ","), ","))
	byStandard := t.lastUntrusted(peer, forwardedFor(standard))
	switch {
	case len(standard) == 0:
		return byCustom
	case len(customary) == 0 || byCustom == byStandard:
		return byStandard
	}
	return peer
}

// lastUntrusted goes back from peer along the addresses that proxies noted, the nearest last, to the first that is no
// trusted proxy. What stands before it was written by somebody unknown. The way ends at what is no address.
func (t trustedProxies) lastUntrusted(peer netip.Addr, noted []string) netip.Addr {
	for _, text := range slices.Backward(noted) {
		if !t.holds(peer) {
			break
		}
		next, ok := parseNode(text)
		if !ok {
			break
		}
		peer = next
	}
	return peer
}

// forwardedFor is what Forwarded headers (RFC 7239) say about clients, the nearest last. Commas separate also inside of
// quotes, where no address has any: a quote that somebody left open cannot swallow what proxies append.
func forwardedFor(values []string) []string {
	var noted []string
	for element := range strings.SplitSeq(strings.Join(values, ","), ",") {
		node := ""
		for pair := range strings.SplitSeq(element, ";") {
			if name, text, _ := strings.Cut(pair, "="); strings.EqualFold(strings.TrimSpace(name), "for") {
				node = strings.Trim(strings.TrimSpace(text), `"`)
			}
		}
		noted = append(noted, node)
	}
	return noted
}

// parseNode reads an address as proxies write them: alone, in brackets, or with a port.
func parseNode(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	if inside, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimSuffix(inside, "]")
	}
	address, err := netip.ParseAddr(text)
	return address.Unmap().WithZone(""), err == nil
}
