using System.Globalization;
using SmartSink.Policy.Files;
using SmartSink.Policy.Model;
using SmartSink.Shared;

namespace SmartSink.Policy.Explaining;

/// <summary>Shows values as a file could have them.</summary>
internal static class ShownValue
{
    public static string Of(string path, object value) => value switch
    {
        Rate rate when path.EndsWith(".block.after", StringComparison.Ordinal) => rate.ToString().Replace("/", " throttled/", StringComparison.Ordinal),
        double percent when path.EndsWith(".unknown", StringComparison.Ordinal) => string.Create(CultureInfo.InvariantCulture, $"{percent} %"),
        TimeSpan time => Times.Write(time),
        List<Rate> rates => string.Join(", ", rates),
        List<BucketOwners> owners => string.Join(", ", owners.Select(owner => PolicyKeys.OwnerWords[int.Log2((int)owner)])),
        ReplyEntry reply => $"{reply.Code!.Value.Value} {reply.SentText}",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
