using System.Globalization;
using System.Text;
using SmartSink.Events;

namespace SmartSink.Http.Api;

/// <summary>Headers of some messages.</summary>
internal static class MessagesApi
{
    private static readonly ApiParameter<int> Count = ApiParameter.Number("sample", "The newest, so many", 1, MessageSamples.Kept, MessageSamples.Kept);

    public static void MapMessagesApi(this IEndpointRouteBuilder api, MessageSamples samples) =>
        api.MapGet("/messages", (HttpContext context) => Answer(context, samples))
            .Describe("messages", "The headers of a sample of messages, as set by SINK_SAMPLE")
            .Takes(Count)
            .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(MessageSampleList), ["application/json"]))
            .Refuses(StatusCodes.Status400BadRequest);

    private static IResult Answer(HttpContext context, MessageSamples samples)
    {
        var query = new ApiQuery(context);
        var count = query.Read(Count);
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var ring = samples.Ring;
        var (last, first) = (ring.LastId, ring.FirstId);
        var ids = new List<long>();
        for (var id = last; id >= first && ids.Count < count; id--)
        {
            ids.Add(id);
        }

        var share = samples.OneIn == 0 ? "off" : string.Create(CultureInfo.InvariantCulture, $"1/{samples.OneIn}");
        return new WrittenAnswer(http => http.WriteRingAsync(ring, ids, Encoding.UTF8.GetBytes($"{{\"sample\":\"{share}\",\"messages\":["), "]}\n"));
    }
}

/// <summary>The messages whose headers were kept.</summary>
/// <param name="Sample">Of how many messages one is kept, such as <c>1/1000</c>; <c>off</c> for none.</param>
/// <param name="Messages">The oldest first.</param>
internal sealed record MessageSampleList(string Sample, IReadOnlyList<MessageSample> Messages);

/// <summary>A message of which the header was kept.</summary>
/// <param name="Id">A number that rises by one for each.</param>
/// <param name="At">When it came to its end of data.</param>
/// <param name="Transaction">The transaction's id, as in the log.</param>
/// <param name="Client">The client's IP address.</param>
/// <param name="Sender">The reverse-path; empty for the null sender.</param>
/// <param name="Outcome">accepted, tempfail or permfail.</param>
/// <param name="Code">The reply's code.</param>
/// <param name="Size">Its octets.</param>
/// <param name="Header">The header as it came, without the empty line behind it, cut after 8 kB.</param>
/// <param name="User">The name that it authenticated as; left out when there is none.</param>
internal sealed record MessageSample(
    long Id, DateTimeOffset At, string Transaction, string Client, string Sender, string Outcome, int Code, long Size, string Header, string? User = null);
