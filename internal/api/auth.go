package api

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/fault"
	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/value"
)

// visit is who makes a request.
type visit struct {
	access   identity.Access
	settings identity.Settings
}

type visitKey struct{}

// visitOf is the visit that serve found.
func visitOf(ctx context.Context) visit {
	v, _ := ctx.Value(visitKey{}).(visit)
	return v
}

// errNoToken is the cause of a Forbidden error where a request shows no token at all.
var errNoToken = errors.New("show an API token: Authorization: Bearer zveno_…")

// accessTime is how long what a token may do is remembered. A token that was revoked, a role that was changed and a person
// who left a team may take effect that much later.
const accessTime = 2 * time.Second

// maxRemembered bounds the tokens remembered at a time.
const maxRemembered = 10_000

// accessCache remembers for a moment what tokens may do, by the hashes of their secrets.
type accessCache struct {
	mu   sync.Mutex
	seen map[[sha256.Size]byte]rememberedVisit
}

type rememberedVisit struct {
	visit visit
	until time.Time
}

func (c *accessCache) get(key [sha256.Size]byte, now time.Time) (visit, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, ok := c.seen[key]
	return found.visit, ok && now.Before(found.until)
}

func (c *accessCache) keep(key [sha256.Size]byte, v visit, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil || len(c.seen) >= maxRemembered {
		c.seen = map[[sha256.Size]byte]rememberedVisit{}
	}
	c.seen[key] = rememberedVisit{v, now.Add(accessTime)}
}

// visit finds out whose token a request shows. The error is Forbidden, with the cause errNoToken or identity.ErrBadToken
// where there is none or it is not good.
func (s *server) visit(r *http.Request) (visit, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if secret = strings.TrimSpace(secret); !strings.EqualFold(scheme, "Bearer") || secret == "" {
		return visit{}, fault.New(fault.Forbidden, "%w", errNoToken)
	}
	now, key := s.Now(), sha256.Sum256([]byte(secret))
	if v, ok := s.accesses.get(key, now); ok {
		return v, nil
	}
	ctx, at := r.Context(), value.InstantOf(now)
	var v visit
	var token identity.Token
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if v.access, token, err = identity.AccessByToken(ctx, tx, secret, at); err != nil {
			return err
		}
		v.settings, err = identity.LoadSettings(ctx, tx)
		return err
	})
	if err == nil && token.IsStale(at) {
		err = s.DB.Write(ctx, db.TxInfo{}, func(tx *db.Tx) error { return identity.TouchToken(ctx, tx, token.ID) })
	}
	if err != nil {
		return visit{}, err
	}
	s.accesses.keep(key, v, now)
	return v, nil
}
