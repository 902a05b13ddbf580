package connect

import (
	"context"
	"strings"

	"zveno.dev/zveno/internal/db"
	"zveno.dev/zveno/internal/value"
)

// adoptStages finds the pipelines of rows about stages, making those that are not there, and the stages that are known by
// name only.
func (im *importer) adoptStages(ctx context.Context, tx *db.Tx, y *tally, todo []*work) error {
	wants := map[want]answer{}
	for _, w := range todo {
		wants[want{"pipeline", w.pipelineName()}] = answer{}
	}
	if err := im.resolve(ctx, tx, wants); err != nil {
		return err
	}
	var missing []string
	for w, a := range wants {
		if a.id.IsZero() && a.ambiguous == 0 {
			missing = append(missing, w.named)
		}
	}
	if err := im.makeNamed(ctx, tx, y, "pipeline", missing, wants); err != nil {
		return err
	}
	book, err := loadStages(ctx, tx, im.run.source)
	if err != nil {
		return err
	}
	ours := map[value.ID]bool{}
	for key, i := range book.byKey {
		ours[book.stages[i].ID] = ours[book.stages[i].ID] || !strings.HasPrefix(key, madeKey)
	}
	for _, w := range todo {
		w.row.facts.pipeline = w.pipelineName()
		w.pipeline = wants[want{"pipeline", w.facts.pipeline}].id
		i, known := book.byName[stageKey{book.names[w.pipeline], value.Fold(w.text(y.t.object, "name"))}]
		if w.linked || !known || ours[book.stages[i].ID] {
			continue
		}
		w.id, w.linked = book.stages[i].ID, true
		ours[w.id] = true
	}
	return nil
}

func (w *work) pipelineName() string {
	if w.facts.pipeline == "" {
		return defaultPipeline
	}
	return w.facts.pipeline
}
