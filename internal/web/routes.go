package web

import (
	"net/http"

	"zveno.dev/zveno/internal/identity"
	"zveno.dev/zveno/internal/web/assets"
)

// page answers a request. An error that it returns becomes the answer.
type page func(w http.ResponseWriter, r *http.Request, v visit) error

// routes registers every page. A page that is for signed-in people names what its visitors must be allowed to do.
func (s *Site) routes(mux *http.ServeMux) {
	mux.Handle("GET "+assets.Prefix, assets.Handler())

	public := func(pattern string, p page) { mux.Handle(pattern, s.forAnybody(p)) }
	public("GET /sign-in", s.showSignIn)
	public("POST /sign-in", s.signIn)
	public("POST /sign-out", s.signOut)
	public("GET /setup", s.showSetup)
	public("POST /setup", s.setUp)
	public("POST /preferences", s.savePreferences)

	signedIn := func(pattern string, p page, needs ...identity.Capability) {
		mux.Handle(pattern, s.forSignedIn(p, needs))
	}
	signedIn("GET /{$}", s.showHome)
	signedIn("GET /events", s.streamEvents)
	signedIn("GET /numbers/ready", s.tellReady)
	signedIn("GET /waterfall", s.showWaterfall, identity.MetricsView)
	signedIn("GET /waterfall/deals", s.showWaterfallDeals, identity.MetricsView)
	signedIn("GET /metrics/{$}", s.showMetrics, identity.MetricsView)
	signedIn("GET /metrics/{id}", s.showMetric, identity.MetricsView)
	signedIn("GET /metrics/{id}/deals", s.showMetricDeals, identity.MetricsView)
	s.importRoutes(signedIn)
	s.settingsRoutes(signedIn)
	s.recordRoutes(signedIn)
	signedIn("/", s.showNothing)
}
