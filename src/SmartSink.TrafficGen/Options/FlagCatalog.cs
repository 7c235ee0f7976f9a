using SmartSink.TrafficGen.Options.Flags;

namespace SmartSink.TrafficGen.Options;

/// <summary>Every flag of the command line.</summary>
internal static class FlagCatalog
{
    /// <summary>Makes them, in the order in which the help shows and the reader applies them.</summary>
    public static IReadOnlyList<Flag> Create()
    {
        var defaults = new TrafficOptions();
        return
        [
            .. RunFlags.Create(defaults),
            .. AddressFlags.Create(defaults),
            .. MessageFlags.Create(defaults),
            .. SessionFlags.Create(),
            .. InjectFlags.Create(),
            .. ResultFlags.Create(),
        ];
    }
}
