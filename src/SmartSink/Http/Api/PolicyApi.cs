using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using SmartSink.Behaviour;
using SmartSink.Smtp.Replies;

namespace SmartSink.Http.Api;

/// <summary>What the policy says, and what comes of it.</summary>
internal static class PolicyApi
{
    private static readonly ApiParameter<string> Recipient = ApiParameter.Text("recipient", "A mailbox or a domain", isRequired: true);
    private static readonly ApiParameter<System.Net.IPAddress?> Client = ApiParameter.Address("client", "A client: what providers remember of its network");
    private static readonly ApiParameter<string> Sender = ApiParameter.Text("sender", "The sender's mailbox, for greylists and limits by sender domain");
    private static readonly ApiParameter<string> User = ApiParameter.Text("user", "The user that the client logs in as, for limits by user");

    public static void MapPolicyApi(this IEndpointRouteBuilder api, BehaviourFilters behaviour, Func<Moment> clock) =>
        api.MapMethods("/explain", SinkPages.ReadMethods, (HttpContext context) => Explain(context, behaviour, clock()))
            .Describe("explain", "What becomes of mail to an address, and why").Takes(Recipient, Client, Sender, User);

    private static Results<Ok<ExplainReport>, ApiProblem> Explain(HttpContext context, BehaviourFilters behaviour, in Moment now)
    {
        var query = new ApiQuery(context);
        var (recipient, client, sender, user) = (query.Read(Recipient), query.Read(Client), query.Read(Sender), query.Read(User));
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var recall = client is null ? null : behaviour.Recall(recipient, client, sender, user, now);
        if (client is not null && recall is null)
        {
            query.Add(Recipient, "is neither a mailbox nor a domain");
            return query.Problem!;
        }

        return TypedResults.Ok(new ExplainReport(recipient, recall));
    }
}

/// <summary>What becomes of mail to an address.</summary>
/// <param name="Recipient">As asked.</param>
/// <param name="Memory">What providers remember of the client.</param>
internal sealed record ExplainReport(string Recipient, SenderRecall? Memory);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ExplainReport))]
internal sealed partial class PolicyJson : JsonSerializerContext;
