using System.Net;
using SmartSink.Behaviour;
using SmartSink.Smtp.Replies;

namespace SmartSink.Http;

/// <summary>/explain: what the providers remember of a client.</summary>
internal static class ExplainEndpoint
{
    public static void MapExplain(this IEndpointRouteBuilder routes, BehaviourFilters behaviour, Func<Moment> clock) =>
        routes.MapRead("/explain", context => AnswerAsync(context, behaviour, clock));

    private static async Task AnswerAsync(HttpContext context, BehaviourFilters behaviour, Func<Moment> clock)
    {
        var query = context.Request.Query;
        if (!IPAddress.TryParse(query["client"], out var client)
            || behaviour.Recall(query["recipient"].ToString(), client, query["sender"].ToString(), query["user"].ToString(), clock()) is not { } recall)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        await context.Response.WriteAsJsonAsync(recall, HttpJson.Default.SenderRecall, cancellationToken: context.RequestAborted);
        await context.Response.WriteAsync("\n", context.RequestAborted);
    }
}
