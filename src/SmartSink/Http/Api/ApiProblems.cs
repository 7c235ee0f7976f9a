using System.Globalization;
using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using SmartSink.Shared;

namespace SmartSink.Http.Api;

/// <summary>A refusal, as problem details.</summary>
/// <param name="status">From 400 on.</param>
/// <param name="detail">What is wrong and what to do, in a sentence for people.</param>
/// <param name="errors">What is wrong where; null for none.</param>
internal sealed class ApiProblem(int status, string detail, IReadOnlyList<ProblemError>? errors = null) : IResult, IEndpointMetadataProvider
{
    public const string ContentType = "application/problem+json";

    public int Status => status;

    public string Detail => detail;

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) => builder.Metadata.Add(Metadata(StatusCodes.Status400BadRequest));

    public static ProducesResponseTypeMetadata Metadata(int status) => new(status, typeof(ProblemReport), [ContentType]);

    public Task ExecuteAsync(HttpContext httpContext) => httpContext.RefuseAsync(status, detail, errors);
}

/// <summary>A parameter of a query: how it is read, and how the document shows it. It stands among the endpoint's metadata.</summary>
/// <param name="name">In the query.</param>
/// <param name="description">What it is for.</param>
/// <param name="type">Its type in JSON schema.</param>
internal abstract class ApiParameter(string name, string description, string type)
{
    public string Name => name;

    public string Description => description;

    public string Type => type;

    /// <summary>The lowest number; null for none.</summary>
    public int? Least { get; init; }

    /// <summary>The highest number; null for none.</summary>
    public int? Most { get; init; }

    /// <summary>The words that it may be; empty for any.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public bool IsRequired { get; init; }

    public static ApiParameter<string> Text(string name, string description, bool isRequired = false) =>
        new(name, description, "string", "a text", text => (true, text), string.Empty) { IsRequired = isRequired };

    public static ApiParameter<int> Number(string name, string description, int least, int most, int otherwise) =>
        new(
            name,
            description,
            "integer",
            $"a number from {least} to {most}",
            text => (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most, number),
            otherwise)
        {
            Least = least,
            Most = most,
        };

    public static ApiParameter<bool> Flag(string name, string description) =>
        new(name, description, "boolean", "true or false", text => (bool.TryParse(text, out var flag), flag), otherwise: false);

    public static ApiParameter<string> OneOf(string name, string description, params string[] words) =>
        new(name, description, "string", "one of " + string.Join(", ", words), text => (words.Contains(text), text), string.Empty) { Words = words };

    public static ApiParameter<IPAddress?> Address(string name, string description) =>
        new(name, description, "string", "an IP address", text => (IPAddress.TryParse(text, out var address), address), otherwise: null);
}

/// <summary>A parameter of a query that has a value.</summary>
/// <param name="name">In the query.</param>
/// <param name="description">What it is for.</param>
/// <param name="type">Its type in JSON schema.</param>
/// <param name="expected">What is right, to stand behind "is not".</param>
/// <param name="read">Whether a text is right, and what it means.</param>
/// <param name="otherwise">What it is when the query does not give it.</param>
internal sealed class ApiParameter<T>(string name, string description, string type, string expected, Func<string, (bool IsRight, T Value)> read, T otherwise)
    : ApiParameter(name, description, type)
{
    public string Expected => expected;

    public T Otherwise => otherwise;

    public (bool IsRight, T Value) Read(string text) => read(text);
}

/// <summary>Reads the parameters of a query that the endpoint takes, and gathers what is wrong with them.</summary>
internal sealed class ApiQuery
{
    private const int LongestQuote = 100;

    private readonly IQueryCollection _query;
    private readonly List<ProblemError> _errors = [];

    public ApiQuery(HttpContext context)
    {
        _query = context.Request.Query;
        var known = context.GetEndpoint()?.Metadata.GetOrderedMetadata<ApiParameter>().Select(parameter => parameter.Name).ToList() ?? [];
        foreach (var name in _query.Keys.Where(name => !known.Contains(name)))
        {
            var listed = known.Count == 0 ? "this call has none" : "known are " + string.Join(", ", known);
            _errors.Add(new ProblemError { Parameter = Quote(name), Detail = $"is not a parameter: {(Suggestion.Nearest(Quote(name), known) is { } near ? $"did you mean {near}?" : listed)}" });
        }
    }

    /// <summary>What is wrong with all that was read, and with what the endpoint does not take; null when nothing is.</summary>
    public ApiProblem? Problem => _errors.Count == 0
        ? null
        : new ApiProblem(StatusCodes.Status400BadRequest, $"The query has {(_errors.Count == 1 ? "a mistake" : $"{_errors.Count} mistakes")}: {_errors[0].Parameter} {_errors[0].Detail}", _errors);

    /// <summary>The value of a parameter; what stands for it when it is missing or wrong.</summary>
    public T Read<T>(ApiParameter<T> parameter)
    {
        var given = _query[parameter.Name];
        if (given.Count == 0 || (parameter.IsRequired && given.All(string.IsNullOrEmpty)))
        {
            if (parameter.IsRequired)
            {
                Add(parameter, "is missing");
            }

            return parameter.Otherwise;
        }

        var (isRight, value) = parameter.Read(given[0]!);
        if (given.Count > 1)
        {
            Add(parameter, "is given more than once");
        }
        else if (!isRight)
        {
            Add(parameter, $"\"{Quote(given[0]!)}\" is not {parameter.Expected}");
        }

        return isRight ? value : parameter.Otherwise;
    }

    /// <summary>Says that a parameter cannot be used.</summary>
    /// <param name="parameter">Which.</param>
    /// <param name="detail">Why; a sentence without its subject, which is the parameter.</param>
    public void Add(ApiParameter parameter, string detail) => _errors.Add(new ProblemError { Parameter = parameter.Name, Detail = detail });

    private static string Quote(string text) => OneLine.Escape(text.Length <= LongestQuote ? text : text[..LongestQuote] + "…");
}

/// <summary>The body that an endpoint takes; it stands among the endpoint's metadata.</summary>
/// <param name="Type">What the document shows.</param>
/// <param name="ContentTypes">Those of which it must be one, the first of which is told to whoever sends another.</param>
/// <param name="Most">The most bytes of it.</param>
internal sealed record ApiBody(Type Type, IReadOnlyList<string> ContentTypes, int Most = ApiBody.MostBytes)
{
    /// <summary>The most bytes of a body, unless its endpoint takes more.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>The most bytes that the web server reads of a body. It counts those around the chunks of one, too.</summary>
    public const int MostBytesRead = MostBytes + Frames;

    private const int Frames = 16 * 1024;

    private ApiProblem TooLarge => new(StatusCodes.Status413PayloadTooLarge, $"The body is larger than {Most / 1024} kB, which is the limit");

    /// <summary>Reads a request's body whole.</summary>
    /// <param name="context">The request.</param>
    /// <param name="query">What was read of its query: with mistakes in it the body is left alone.</param>
    /// <returns>The body, or why the request is refused: for its query, with 413, 415, or for what the web server finds wrong.</returns>
    public static async Task<(byte[] Body, ApiProblem? Problem)> ReadAsync(HttpContext context, ApiQuery query)
    {
        if (query.Problem is { } problem)
        {
            return ([], problem);
        }

        var wanted = context.GetEndpoint()!.Metadata.GetRequiredMetadata<ApiBody>();
        var types = wanted.ContentTypes;
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !types.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase)
            || (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            || request.Headers.ContentEncoding.Count > 0)
        {
            return ([], new ApiProblem(StatusCodes.Status415UnsupportedMediaType, $"The body must be {string.Join(" or ", types)} in UTF-8, not compressed: send the header Content-Type: {types[0]}"));
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = wanted.Most + Frames;
        }

        using var body = new MemoryStream();
        try
        {
            await request.Body.CopyToAsync(body, context.RequestAborted);
        }
        catch (BadHttpRequestException exception)
        {
            return ([], exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? wanted.TooLarge : new ApiProblem(exception.StatusCode, exception.Message));
        }

        return body.Length > wanted.Most ? ([], wanted.TooLarge) : (body.ToArray(), null);
    }
}

/// <summary>What an endpoint takes and refuses, for itself and for the document.</summary>
internal static class ApiEndpoint
{
    /// <summary>The name and the summary of the call.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string name, string summary) => endpoint.WithName(name).WithSummary(summary);

    /// <summary>The parameters that <see cref="ApiQuery"/> takes.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder endpoint, params ApiParameter[] parameters) => endpoint.WithMetadata([.. parameters]);

    /// <summary>The body that <see cref="ApiBody.ReadAsync"/> takes.</summary>
    /// <typeparam name="T">What the document shows.</typeparam>
    public static RouteHandlerBuilder TakesBody<T>(this RouteHandlerBuilder endpoint, params string[] contentTypes) => endpoint.TakesBody(new ApiBody(typeof(T), contentTypes));

    /// <inheritdoc cref="TakesBody{T}"/>
    public static RouteHandlerBuilder TakesBody(this RouteHandlerBuilder endpoint, ApiBody body) => endpoint
        .Refuses(StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType).WithMetadata(body);

    /// <summary>The statuses of its refusals, 400 aside.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params int[] statuses) => endpoint.WithMetadata([.. statuses.Select(ApiProblem.Metadata)]);
}
