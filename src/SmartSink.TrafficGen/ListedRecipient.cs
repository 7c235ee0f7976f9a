namespace SmartSink.TrafficGen;

/// <summary>A recipient of a file.</summary>
/// <param name="LocalPart">As it is written there.</param>
/// <param name="Written">The domain as it goes to the wire, before the suffix: as it is written there if that is ASCII, else with A-labels.</param>
/// <param name="Domain">The domain as <see cref="TrafficOptions.Domains"/> names it.</param>
internal readonly record struct ListedRecipient(string LocalPart, string Written, string Domain);
