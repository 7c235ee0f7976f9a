using System.Net;
using SmartSink.Policy.Documents;

namespace SmartSink.Policy.Merging;

/// <summary>A network and the mail server that stands for it.</summary>
/// <param name="Network">The network.</param>
/// <param name="Place">Where the file names it.</param>
/// <param name="Server">The entry that names it.</param>
internal readonly record struct MergedNetwork(IPNetwork Network, Place Place, MxSection Server);
