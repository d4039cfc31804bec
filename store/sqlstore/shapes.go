package sqlstore

// A shape is a fixed statement with a name, and for those that read the name
// of the index (or table, for its primary key) that serves them. A test reads
// the plan of each and fails when it is served by anything else.
type shape struct {
	name  string
	index string // empty for statements that only write
	sql   string
}

var shapes []*shape

func define(name, index, sql string) *shape {
	s := &shape{name, index, sql}
	shapes = append(shapes, s)
	return s
}

const nodeColumns = "n.id, n.workspace, n.home, n.type, n.uid, n.name, n.version, n.state, n.owner, n.uri, " +
	"n.created, n.updated, n.started, n.ended, n.deleted, n.external"

const changeColumns = "id, workspace, node, time, actor, what, before, after, reason, origin"

// nodeWidth is the number of columns in nodeColumns.
const nodeWidth = 16

var (
	keyByName = define("key by name", "sqlite_autoindex_key_1",
		"SELECT id FROM key WHERE space = ? AND name = ?")
	keyByID    = define("key by number", "PRIMARY KEY", "SELECT space, name FROM key WHERE id = ?")
	keyInsert  = define("add key", "", "INSERT INTO key (space, name) VALUES (?, ?)")
	typeByName = define("type by name", "type_name",
		"SELECT id FROM type WHERE kind = ? AND name = ? AND version = ?")
	typeByID   = define("type by number", "PRIMARY KEY", "SELECT kind, name, version FROM type WHERE id = ?")
	typeInsert = define("add type", "", "INSERT INTO type (kind, name, version) VALUES (?, ?, ?)")

	sequenceNext = define("next number", "",
		"INSERT INTO sequence (workspace, name, value) VALUES (?, ?, 1) "+
			"ON CONFLICT (workspace, name) DO UPDATE SET value = value + 1 RETURNING value")

	nodeByUID = define("node by public identity", "node_uid",
		"SELECT "+nodeColumns+" FROM node n WHERE n.workspace = ? AND n.type = ? AND n.uid = ?")
	nodeByName = define("context by name", "node_context_name",
		"SELECT "+nodeColumns+" FROM node n WHERE n.workspace = ? AND n.type = ? AND n.name = ? AND n.kind = 3")
	nodeInsert = define("add node", "",
		"INSERT INTO node (workspace, home, kind, type, uid, name, version, state, owner, uri, "+
			"created, updated, started, ended, deleted, external) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
	typeUsed = define("count a new node of a type", "",
		"INSERT INTO type_use (workspace, type, live, binned) VALUES (?, ?, ?, ?) "+
			"ON CONFLICT (workspace, type) DO UPDATE SET live = live + excluded.live, binned = binned + excluded.binned")
	nodeUpdate = define("change node", "",
		"UPDATE node SET name = ?, version = ?, state = ?, owner = ?, uri = ?, updated = ?, "+
			"started = ?, ended = ?, deleted = ?, external = ? WHERE id = ?")
	nodeTouch  = define("touch node", "", "UPDATE node SET updated = ? WHERE id = ?")
	nodesToBin = define("bin nodes of a context", "node_live",
		"UPDATE node SET deleted = ? WHERE home = ? AND type = ? AND deleted IS NULL")
	nodesFromBin = define("restore nodes of a context", "node_bin",
		"UPDATE node SET deleted = NULL WHERE home = ? AND type = ? AND deleted IS NOT NULL")
	nodesDeleted = define("oldest in the bin", "node_deleted",
		"SELECT "+nodeColumns+" FROM node n WHERE n.deleted < ? ORDER BY n.deleted LIMIT ?")
	nodePurge       = define("purge node", "", "DELETE FROM node WHERE id = ?")
	nodesPurgeLive  = define("purge live nodes of a context", "node_live", "DELETE FROM node WHERE home = ? AND deleted IS NULL AND id <> home")
	nodesPurgeInBin = define("purge binned nodes of a context", "node_bin", "DELETE FROM node WHERE home = ? AND deleted IS NOT NULL AND id <> home")

	propertyByKey = define("property of a node", "PRIMARY KEY",
		"SELECT "+textOf("p")+" FROM property p WHERE p.node = ? AND p.space = ? AND p.key = ?")
	propertyPut = define("set text property", "",
		"INSERT INTO property (node, space, key, home, type, text, more) VALUES (?, ?, ?, ?, ?, ?, ?) "+
			"ON CONFLICT (node, space, key) DO UPDATE SET text = excluded.text, more = excluded.more")
	propertyPutTyped = define("set property", "",
		"INSERT INTO property (node, space, key, home, type, form, text, more, num, int, data, long) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "+
			"ON CONFLICT (node, space, key) DO UPDATE SET form = excluded.form, text = excluded.text, more = excluded.more, num = excluded.num, "+
			"int = excluded.int, data = excluded.data, long = excluded.long")
	propertyInsert = define("first properties of a node", "",
		"INSERT INTO property (node, space, key, home, type, form, text, more, num, int, data, long) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
	longInsert  = define("keep a long value", "", "INSERT INTO long_value (value) VALUES (?)")
	propertyAdd = define("add property", "",
		"INSERT INTO property (node, space, key, home, type, text, more) VALUES (?, ?, ?, ?, ?, ?, ?) "+
			"ON CONFLICT (node, space, key) DO NOTHING")
	propertyDelete = define("remove property", "",
		"DELETE FROM property WHERE node = ? AND space = ? AND key = ?")
	// The condition is pedigree.Point.Later, in SQL.
	latestPut = define("move latest point", "",
		"INSERT INTO property (node, space, key, home, num, time, step) VALUES (?, 4, ?, ?, ?, ?, ?) "+
			"ON CONFLICT (node, space, key) DO UPDATE SET num = excluded.num, time = excluded.time, step = excluded.step "+
			"WHERE (excluded.step, excluded.time, coalesce(excluded.num, 0)) > "+
			"(property.step, property.time, coalesce(property.num, 0))")

	pointAdd = define("add point", "",
		"INSERT INTO point (node, key, time, step, isnum, num) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
	pointsFirst = define("first points", "PRIMARY KEY",
		"SELECT time, step, isnum, num FROM point WHERE node = ? AND key = ? "+
			"ORDER BY time, step, isnum, num LIMIT ?")
	pointsAfter = define("next points", "PRIMARY KEY",
		"SELECT time, step, isnum, num FROM point WHERE node = ? AND key = ? "+
			"AND (time, step, isnum, num) > (?, ?, ?, ?) ORDER BY time, step, isnum, num LIMIT ?")
	pointSteps = define("steps of a series", "PRIMARY KEY",
		"SELECT DISTINCT step FROM point WHERE node = ? AND key = ? ORDER BY step")
	pointsByStep = define("points by step", "PRIMARY KEY",
		"SELECT time, step, isnum, num FROM point WHERE node = ? AND key = ? AND step BETWEEN ? AND ? "+
			"ORDER BY step, time, isnum, num")

	pointsBetween = define("points between two", "PRIMARY KEY",
		"SELECT time, step, isnum, num FROM point WHERE node = ? AND key = ? "+
			"AND (time, step, isnum, num) > (?, ?, ?, ?) AND (time, step, isnum, num) <= (?, ?, ?, ?) ORDER BY time, step, isnum, num")
	pointsCount = define("number of points between two", "PRIMARY KEY",
		"SELECT count(*) FROM point WHERE node = ? AND key = ? AND (time, step, isnum, num) > (?, ?, ?, ?) AND (time, step, isnum, num) <= (?, ?, ?, ?)")

	blocksOf = define("blocks of a series", "PRIMARY KEY",
		"SELECT time, step, isnum, num, points, sums FROM block WHERE node = ? AND key = ? ORDER BY time, step, isnum, num")
	blockLast = define("last block of a series", "PRIMARY KEY",
		"SELECT time, step, isnum, num, points, count FROM block WHERE node = ? AND key = ? "+
			"ORDER BY time DESC, step DESC, isnum DESC, num DESC LIMIT 1")
	blockPoints    = define("points of a block", "PRIMARY KEY", "SELECT points FROM block_points WHERE id = ?")
	blockPointsAdd = define("add points of a block", "", "INSERT INTO block_points (points) VALUES (?)")
	blockAdd       = define("add block", "",
		"INSERT INTO block (node, key, time, step, isnum, num, count, points, sums) VALUES (?,?,?,?,?,?,?,?,?)")
	blocksDrop = define("drop blocks from a point on", "PRIMARY KEY",
		"DELETE FROM block WHERE node = ? AND key = ? AND (time, step, isnum, num) >= (?, ?, ?, ?)")

	evaluationAdd = define("add evaluation", "",
		"INSERT INTO evaluation (artifact, key, time, step, isnum, num, execution, dataset, digest) "+
			"VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING")

	eventAdd = define("add event", "",
		"INSERT INTO event (id, execution, artifact, direction, time, step, role, path) "+
			"VALUES ((SELECT g.id + 1 FROM event_gone g WHERE g.id > (SELECT coalesce(max(id), 0) FROM event)),?,?,?,?,?,?,?) ON CONFLICT DO NOTHING")
	eventUpdate     = define("change event", "", "UPDATE event SET time = ?, step = ? WHERE id = ?")
	eventTagsDelete = define("remove event tags", "", "DELETE FROM event_tag WHERE event = ?")
	eventTagAdd     = define("add event tag", "",
		"INSERT INTO event_tag (event, key, value) VALUES (?,?,?) ON CONFLICT (event, key) DO UPDATE SET value = excluded.value")
	inputsUsed = define("data sets read in a context", "node_live",
		"SELECT DISTINCT "+nodeColumns+", coalesce(g.value, '') FROM node r "+
			"CROSS JOIN event e ON e.execution = r.id AND e.direction = 1 "+
			"CROSS JOIN node n ON n.id = e.artifact AND n.type = ? "+
			"LEFT JOIN event_tag g ON g.event = e.id AND g.key = ? "+
			"WHERE r.home = ? AND r.type = ? AND r.deleted IS NULL LIMIT ?")

	memberAdd = define("add member", "", "INSERT INTO membership (context, node) VALUES (?, ?) ON CONFLICT DO NOTHING")
	members   = define("members of a context", "PRIMARY KEY",
		"SELECT "+nodeColumns+" FROM membership m CROSS JOIN node n ON n.id = m.node WHERE m.context = ? AND n.type = ? ORDER BY m.node")

	changeAdd = define("add change", "",
		"INSERT INTO change (workspace, node, time, actor, what, before, after, reason, origin) VALUES (?,?,?,?,?,?,?,?,?)")
	changesOf = define("history of a node", "change_node",
		"SELECT "+changeColumns+" FROM change WHERE node = ? AND id > ? ORDER BY id LIMIT ?")
	changesAll = define("history of all nodes", "PRIMARY KEY",
		"SELECT "+changeColumns+" FROM change WHERE workspace = ? AND id < ? AND id > ? ORDER BY id DESC LIMIT ?")
	changesOfNode = define("history of a node backwards", "change_node",
		"SELECT "+changeColumns+" FROM change WHERE node = ? AND workspace = ? AND id < ? AND id > ? ORDER BY id DESC LIMIT ?")
	changesByActor = define("history of what somebody did", "change_actor",
		"SELECT "+changeColumns+" FROM change WHERE actor = ? AND actor <> '' AND workspace = ? AND id < ? AND id > ? ORDER BY id DESC LIMIT ?")
	changesByWhat = define("history of one sort of change", "change_what",
		"SELECT "+changeColumns+" FROM change WHERE what = ? AND workspace = ? AND id < ? AND id > ? ORDER BY id DESC LIMIT ?")
	changeAt = define("line of the history at a number or before it", "PRIMARY KEY", "SELECT id, time FROM change WHERE id <= ? ORDER BY id DESC LIMIT 1")

	objectPut = define("record object", "",
		"INSERT INTO object (workspace, key, size, sha256, tag, time) VALUES (?,?,?,?,?,?) ON CONFLICT (workspace, key) "+
			"DO UPDATE SET size = excluded.size, sha256 = excluded.sha256, tag = excluded.tag, time = excluded.time")
	objectsDelete = define("forget objects below a prefix", "PRIMARY KEY",
		"DELETE FROM object WHERE workspace = ? AND (key = ? OR key >= ? AND key < ?)")
	objectsBelow = define("objects below a prefix", "PRIMARY KEY",
		"SELECT key, size, sha256, tag, time FROM object WHERE workspace = ? AND (key = ? OR key >= ? AND key < ?) AND key > ? ORDER BY key LIMIT ?")

	filePut = define("record file", "",
		"INSERT INTO file (artifact, path, size, sha256, tag) VALUES (?,?,?,?,?) ON CONFLICT (artifact, path) "+
			"DO UPDATE SET size = excluded.size, sha256 = excluded.sha256, tag = excluded.tag")
	filesCopy = define("copy files", "PRIMARY KEY",
		"INSERT INTO file (artifact, path, size, sha256, tag) SELECT ?, path, size, sha256, tag FROM file WHERE artifact = ?")
	filesDelete = define("forget files", "PRIMARY KEY", "DELETE FROM file WHERE artifact = ?")
	filesOf     = define("files of an artifact", "PRIMARY KEY",
		"SELECT path, size, sha256, tag FROM file WHERE artifact = ? AND path > ? ORDER BY path LIMIT ?")
	filesUnread = define("files without a digest", "PRIMARY KEY",
		"SELECT path, size, sha256, tag FROM file WHERE artifact = ? AND path > ? AND sha256 = '' ORDER BY path LIMIT ?")
	filesCount = define("number of files", "PRIMARY KEY",
		"SELECT count(*), coalesce(sum(sha256 = ''), 0), coalesce(sum(size), 0) FROM file WHERE artifact = ?")
)
