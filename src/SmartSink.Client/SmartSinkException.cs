using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartSink.Client;

/// <summary>The sink refused a request. The message holds its reason and each mistake; a sink that cannot be reached is an <see cref="HttpRequestException"/> instead.</summary>
[SuppressMessage("Roslynator", "RCS1194", Justification = "Only a refused request makes one.")]
public sealed class SmartSinkException : Exception
{
    internal SmartSinkException(HttpStatusCode status, string title, string? detail, IReadOnlyList<SinkMistake> mistakes)
        : base($"{(int)status} {title}{(detail is null ? "" : $": {detail}")}{string.Concat(mistakes.Select(mistake => $"\n  {mistake}"))}")
    {
        Status = status;
        Title = title;
        Detail = detail;
        Mistakes = mistakes;
    }

    /// <summary>The status of the response: 400 for mistakes in the request, 401 and 403 for a wrong or missing token, 404, 409, 413.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The reason phrase of the status.</summary>
    public string Title { get; }

    /// <summary>What was refused and what to do about it; null if the sink did not say.</summary>
    public string? Detail { get; }

    /// <summary>Every mistake of a request with status 400; empty otherwise.</summary>
    public IReadOnlyList<SinkMistake> Mistakes { get; }

    /// <summary>Reads problem details (RFC 9457), or makes do with the status where the answer is none.</summary>
    internal static async Task<SmartSinkException> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        Problem? problem = null;
        if (answer.Content.Headers.ContentType?.MediaType is "application/problem+json" or "application/json")
        {
            try
            {
                var body = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                await using var closing = body.ConfigureAwait(false);
                problem = await JsonSerializer.DeserializeAsync(body, ClientJson.Default.Problem, cancellationToken).ConfigureAwait(false);
            }
            catch (JsonException)
            {
                // Something else on the way answered.
            }
        }

        return new SmartSinkException(answer.StatusCode, problem?.Title ?? answer.ReasonPhrase ?? answer.StatusCode.ToString(), problem?.Detail, problem?.Errors ?? []);
    }
}

/// <summary>One mistake in a request.</summary>
public sealed record SinkMistake
{
    /// <summary>Its position in the body, a JSON pointer (RFC 6901) such as <c>/do/defer</c>; null for a parameter.</summary>
    [JsonPropertyName("pointer")]
    public string? JsonPointer { get; init; }

    /// <summary>The parameter of the query that is wrong; null for one in the body.</summary>
    public string? Parameter { get; init; }

    /// <summary>The line of the text that stands there, from 1; null where it is no text of lines.</summary>
    public int? Line { get; init; }

    /// <summary>Likewise the column.</summary>
    public int? Column { get; init; }

    /// <summary>What is wrong.</summary>
    public string Detail { get => field ?? ""; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{JsonPointer ?? Parameter}{(Line is null ? "" : $"({Line},{Column})")}: {Detail}");
}

/// <summary>Problem details (RFC 9457).</summary>
internal sealed record Problem
{
    public string? Title { get; init; }

    public string? Detail { get; init; }

    public IReadOnlyList<SinkMistake>? Errors { get; init; }
}
