-- compatible: 17
-- What is over is found by when it ended: leases for retention, callbacks for it and for reports.

CREATE INDEX covers_over ON covers (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX callbacks_over ON callbacks (settled_at, id) WHERE settled_at IS NOT NULL;
