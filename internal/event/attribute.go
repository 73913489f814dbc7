package event

// The attributes that Decode reads. Their order is the order in which faults are looked for.
const (
	attrSpecversion = iota
	attrID
	attrSource
	attrType
	attrSubject
	attrTime
	attrRecordedtime
	attrRetracted
	attrDatacontenttype
	attrDataBase64
	attrDataschema
	attrData
	attrs // how many there are
)

// attribute returns which of the attributes above name is, or -1.
func attribute(name string) int {
	switch name {
	case "specversion":
		return attrSpecversion
	case "id":
		return attrID
	case "source":
		return attrSource
	case "type":
		return attrType
	case "subject":
		return attrSubject
	case "time":
		return attrTime
	case "recordedtime":
		return attrRecordedtime
	case "retracted":
		return attrRetracted
	case "datacontenttype":
		return attrDatacontenttype
	case "data_base64":
		return attrDataBase64
	case "dataschema":
		return attrDataschema
	case "data":
		return attrData
	default:
		return -1
	}
}

// documented are the extensions that the CloudEvents specification itself documents (cloudevents/extensions in
// github.com/cloudevents/spec). They are taken and dropped: they help those who carry an event, not those who count.
var documented = [...]string{
	"authclaims", "authid", "authtype", // Auth Context
	"bampid", "bamptxcompleted", "bamptxid", "bamptxsid", "bamptxsstatus", "bamtxid", // Business Activity Monitoring
	"causationid", "correlationid", // Correlation
	"datacategory", "dataclassification", "dataregulation", // Data Classification
	"dataref",                                                                    // Dataref
	"deprecated", "deprecationfrom", "deprecationmigration", "deprecationsunset", // Deprecation
	"dssematerial", "signedextattrs", // Verifiability
	"expirytime",                                                            // Expiry Time
	"opcuametadatamajorversion", "opcuametadataminorversion", "opcuastatus", // OPC UA
	"partitionkey",             // Partitioning
	"sampledrate",              // Sampling
	"sequence", "sequencetype", // Sequence
	"severitynumber", "severitytext", // Severity
	"traceparent", "tracestate", // Distributed Tracing
}
