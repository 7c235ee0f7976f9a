using Microsoft.AspNetCore.WebUtilities;

namespace SmartSink.Http;

/// <summary>Gives every refusal a body: problem details (RFC 9457).</summary>
internal static class ProblemAnswers
{
    /// <summary>Adds it around what follows.</summary>
    public static void UseProblemAnswers(this IApplicationBuilder app) =>
        app.Use(async (context, next) =>
        {
            await next(context);
            var response = context.Response;
            if (response.StatusCode >= StatusCodes.Status400BadRequest && !response.HasStarted && response.ContentType is null)
            {
                var problem = new ProblemReport("about:blank", ReasonPhrases.GetReasonPhrase(response.StatusCode), response.StatusCode);
                await response.WriteAsJsonAsync(problem, HttpJson.Default.ProblemReport, "application/problem+json", context.RequestAborted);
            }
        });
}
